// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.command.SharedOptions;
import io.pascaline.cli.fault.CommandFault;
import io.pascaline.images.set.DataSet;
import io.pascaline.images.set.DataSets;
import io.pascaline.images.set.ImageSet;
import io.pascaline.images.set.ImageSubset;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.training.Training;
import io.pascaline.training.TrainingOutcome;
import io.pascaline.training.TrainingRequest;
import io.pascaline.training.TrainingStoppedException;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.network.ActivationFamily;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Trains a network and measures it in private. */
@Command(
    name = "train",
    description = {
      "Train a network with ReLU, polynomial or trigonometric activations; write it as ONNX with a"
          + " model card that a private run has measured.",
      "Ctrl-C leaves a checkpoint in the output folder; --resume goes on from it."
    })
public final class TrainCommand implements Callable<Integer> {
  private static final String DEFAULT_MODEL = "fashion";

  @Mixin private SharedOptions shared;
  @Mixin private RecipeOptions recipe;

  @Option(
      names = "--model",
      paramLabel = "NAME|FILE",
      description =
          "fashion, minionn, vgg16, resnet18, resnet20, resnet32, resnet110 or resnet50, or an ONNX"
              + " file to start from (default: fashion).")
  private String model;

  @Option(
      names = "--data",
      required = true,
      paramLabel = "DATA",
      description =
          "fashion-mnist, cifar10:PATH, cifar100:PATH, or the PATH of a folder or zip of class"
              + " folders.")
  private String data;

  @Option(
      names = "--activation",
      paramLabel = "NAME",
      defaultValue = "poly4",
      description = "relu, poly4, poly2, trig2 or trig3 (default: ${DEFAULT-VALUE}).")
  private String activation;

  @Option(
      names = "--images",
      paramLabel = "N",
      description = "Learn from the first N training images only.")
  private Integer images;

  @Option(
      names = "--teacher",
      paramLabel = "ONNX",
      description = "A network with exact ReLU whose answers are learnt too.")
  private Path teacher;

  @Option(
      names = "--anneal-from",
      paramLabel = "ONNX",
      description =
          "A trained network with exact ReLU to start from; its ReLU turns slowly into the"
              + " activation, and it is the teacher unless --teacher gives another.")
  private Path annealFrom;

  @Option(
      names = "--compare",
      paramLabel = "ONNX",
      description =
          "A network whose ranges the model card shows too (default: that of --anneal-from).")
  private Path compare;

  @Option(
      names = "--output",
      required = true,
      paramLabel = "DIR",
      description = "Folder for checkpoint, ONNX file and model card.")
  private Path output;

  @Option(names = "--resume", description = "Go on from the checkpoint in the output folder.")
  private boolean resume;

  @Option(
      names = "--checkpoint-steps",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "Steps between checkpoints within an epoch; there is one after every epoch (default:"
              + " ${DEFAULT-VALUE}).")
  private int checkpointSteps;

  @Option(
      names = "--secure-images",
      paramLabel = "N",
      defaultValue = "1000",
      description =
          "Test images of the private run at the end; 0 for none (default: ${DEFAULT-VALUE}).")
  private int secureImages;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of the engine (default: all processors).")
  private Integer threads;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public TrainCommand() {}

  @Override
  public Integer call() {
    require("--checkpoint-steps", checkpointSteps, 0);
    require("--secure-images", secureImages, 0);
    int threadCount = threads == null ? Runtime.getRuntime().availableProcessors() : threads;
    require("--threads", threadCount, 1);
    ActivationFamily family = family();
    requireOutput();
    DataSet set = DataSets.open(data);
    PrintWriter out = spec.commandLine().getOut();
    ImageSet training = images == null ? set.training() : first(set.training());
    NetworkGraph graph = graph(training);
    Optional<NetworkGraph> teaching = teacher(training, graph);
    Recipe chosen = recipe.recipe(training, family, teaching.isPresent(), annealFrom != null);
    TrainingRequest request = request(graph, family, training, set, chosen, teaching);
    NativeLibraries.require();
    NativeLibraries.configure(threadCount);
    out.println("data: " + set.name() + ", " + set.describe());
    TrainingOutcome outcome = train(request, out);
    String name = name(graph);
    new TrainedModel(output, name, set, training.count(), family, chosen, threadCount, command())
        .finish(
            outcome,
            Optional.ofNullable(teacher == null ? annealFrom : teacher),
            Optional.ofNullable(annealFrom),
            Optional.ofNullable(compare == null ? annealFrom : compare),
            secureImages,
            shared.quiet(),
            out);
    return 0;
  }

  private TrainingOutcome train(TrainingRequest request, PrintWriter out) {
    TrainProgress progress = new TrainProgress(out, spec.commandLine().getErr(), shared.quiet());
    StoppedAtExit stopping = new StoppedAtExit(progress::stop);
    try {
      return Training.run(request, progress);
    } catch (TrainingStoppedException e) {
      // Said here: what fails while the JVM stops is not reported.
      progress.onStopped(e.getMessage());
      throw new CommandFault(e.getMessage(), "run the same command with --resume to go on", e);
    } catch (IOException e) {
      throw new CommandFault(e.getMessage(), "then run the same command with --resume", e);
    } finally {
      stopping.ended();
    }
  }

  private TrainingRequest request(
      NetworkGraph graph,
      ActivationFamily family,
      ImageSet training,
      DataSet set,
      Recipe chosen,
      Optional<NetworkGraph> teaching) {
    try {
      return new TrainingRequest(
          graph,
          annealFrom != null || model != null && model.endsWith(".onnx"),
          family,
          training,
          Optional.of(set.test()),
          chosen,
          teaching,
          checkpoints(),
          checkpointSteps);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          e.getMessage(), "give data and network that fit together ('pascaline train --help')", e);
    }
  }

  private ActivationFamily family() {
    try {
      return ActivationFamily.of(activation);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(
          "no activation " + activation,
          "give one of " + String.join(", ", ActivationFamily.names()),
          e);
    }
  }

  private ImageSet first(ImageSet training) {
    require("--images", images, 1);
    return ImageSubset.first(training, images);
  }

  private NetworkGraph graph(ImageSet training) {
    if (annealFrom == null) {
      return ModelChoice.build(model == null ? DEFAULT_MODEL : model, training, recipe.seed());
    }
    if (model != null) {
      throw new CommandFault(
          "--model " + model + " and --anneal-from " + annealFrom + " exclude each other",
          "leave one of them out");
    }
    return withRelu(ModelChoice.imported(annealFrom, "--anneal-from", training), annealFrom);
  }

  private Optional<NetworkGraph> teacher(ImageSet training, NetworkGraph graph) {
    if (teacher != null) {
      return Optional.of(withRelu(ModelChoice.imported(teacher, "--teacher", training), teacher));
    }
    return annealFrom == null ? Optional.empty() : Optional.of(graph);
  }

  private static NetworkGraph withRelu(NetworkGraph graph, Path file) {
    for (GraphNode node : graph.nodes()) {
      if (node instanceof ReluNode) {
        return graph;
      }
    }
    throw new CommandFault(
        file + " has no ReLU", "give a network that was trained with --activation relu");
  }

  private String name(NetworkGraph graph) {
    // A network that was read from a file is called by its path.
    String plain =
        graph.name().replaceAll("^.*[/\\\\]|[.]onnx$", "").replaceAll("[^A-Za-z0-9._-]+", "_");
    return plain.replaceAll("-(relu|poly[0-9]|trig[0-9])$", "") + "-" + activation;
  }

  private Path checkpoints() {
    return output.resolve("checkpoint");
  }

  /** The folder must be usable, and an earlier run's checkpoint is neither lost nor taken up. */
  private void requireOutput() {
    try {
      Files.createDirectories(output);
    } catch (IOException e) {
      throw new CommandFault(
          "--output " + output + " cannot be made (" + e.getMessage() + ")",
          "name a folder that is yours",
          e);
    }
    if (!Files.isWritable(output)) {
      throw new CommandFault(
          "--output " + output + " cannot be written", "name a folder that is yours");
    }
    boolean there = Files.isDirectory(checkpoints());
    if (there && !resume) {
      throw new CommandFault(
          output + " holds a checkpoint",
          "add --resume to go on, or give another --output, or delete " + checkpoints());
    }
  }

  private static void require(String option, int value, int least) {
    if (value < least) {
      throw new CommandFault(option + " " + value + " is too small", "give at least " + least);
    }
  }

  /** Returns the command line, without what only an interrupted run needs. */
  private String command() {
    StringBuilder line = new StringBuilder("./pascaline");
    for (String word : spec.root().commandLine().getParseResult().originalArgs()) {
      if (!word.equals("--resume")) {
        line.append(' ').append(word.matches("[A-Za-z0-9_./:=,+-]+") ? word : "'" + word + "'");
      }
    }
    return line.toString();
  }
}
