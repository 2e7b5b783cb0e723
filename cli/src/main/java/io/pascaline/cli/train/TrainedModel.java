// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.run.RangePrinter;
import io.pascaline.cli.run.RangeReport;
import io.pascaline.images.set.DataSet;
import io.pascaline.images.set.ImageSet;
import io.pascaline.images.set.ImageSubset;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.ModelCompileException;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.runtime.OnnxRuntimeEngine;
import io.pascaline.training.TrainingOutcome;
import io.pascaline.training.export.OnnxExporter;
import io.pascaline.training.export.WeightFormat;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What comes after training: the ONNX file, its measurement in plaintext and in private, and its
 * card.
 *
 * @param folder for both files
 * @param name of both, without endings
 * @param weights how the ONNX file stores weights
 * @param licence of the network, if stated
 * @param intendedUse what the network is for, if stated
 * @param provenance how it came about
 */
record TrainedModel(
    Path folder,
    String name,
    WeightFormat weights,
    Optional<String> licence,
    Optional<String> intendedUse,
    Provenance provenance) {
  private static final int CALIBRATION_IMAGES = 500;
  private static final int RANGE_IMAGES = 1000;

  /**
   * Writes and measures everything.
   *
   * @param compare file whose ranges are shown too, if any
   * @param secureImages most test images of the private run; 0 for none
   * @param quiet whether to show no progress
   * @param out the standard output
   */
  void finish(Optional<Path> compare, int secureImages, boolean quiet, PrintWriter out) {
    Path onnx = folder.resolve(name + ".onnx");
    byte[] file = OnnxExporter.write(outcome().network(), metadata(), weights);
    new SavedFile(onnx).write(file);
    ModelCard.Results results = measured(LoadedModel.load(onnx), compare, secureImages, quiet, out);
    ModelCard.Head head =
        new ModelCard.Head(
            name, file, weights, licence, intendedUse, LocalDate.now(ZoneOffset.UTC));
    Path page = folder.resolve(name + ".md");
    String card = new ModelCard(head, provenance, results).markdown();
    new SavedFile(page).write(card.getBytes(StandardCharsets.UTF_8));
    out.println();
    out.println("wrote " + onnx + " and " + page);
    out.flush();
  }

  private ModelCard.Results measured(
      LoadedModel model, Optional<Path> compare, int secureImages, boolean quiet, PrintWriter out) {
    TestAnswers answers = TestAnswers.of(model, data().test(), inputs(data().test()));
    out.println(
        "test accuracy in plaintext: "
            + answers.accuracy()
            + " (all "
            + answers.imageCount()
            + ", on "
            + answers.engine()
            + ")");
    Optional<FusedNetwork> network = Optional.empty();
    Optional<PrivateMeasurement> secure = Optional.empty();
    String note = "not asked for (--secure-images 0)";
    try {
      network = Optional.of(compiled(model));
    } catch (ModelCompileException e) {
      note = "not possible: " + e.getMessage();
    }
    if (network.isPresent() && secureImages > 0) {
      ImageSet test = ImageSubset.first(data().test(), secureImages);
      secure =
          Optional.of(
              PrivateMeasurement.of(model, network.get(), outcome().normalisation(), test, quiet));
      print(secure.get(), out);
    } else {
      out.println("private run: " + note);
    }
    RangeReport ranges = ranges(model, network.map(FusedNetwork::plan).orElse(null));
    out.println();
    RangePrinter.print(ranges, out);
    Optional<RangeReport> before = compare.map(file -> ranges(LoadedModel.load(file), null));
    return new ModelCard.Results(answers, secure, note, ranges, before);
  }

  private DataSet data() {
    return provenance.data();
  }

  private TrainingOutcome outcome() {
    return provenance.outcome();
  }

  /** Returns images as the network takes them. */
  private IntFunction<float[]> inputs(ImageSet images) {
    return PrivateMeasurement.inputs(images, outcome().normalisation());
  }

  private Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("pascaline.input.mean", outcome().normalisation().meanList());
    metadata.put("pascaline.input.std", outcome().normalisation().deviationList());
    List<String> labels = data().training().classNames();
    // The list is separated by commas, so no name may hold one.
    if (!labels.isEmpty() && labels.stream().noneMatch(label -> label.contains(","))) {
      metadata.put("pascaline.labels", String.join(",", labels));
    }
    return metadata;
  }

  /** Bounds come from training images, never from test images. */
  private FusedNetwork compiled(LoadedModel model) {
    ImageSet images = ImageSubset.first(data().training(), CALIBRATION_IMAGES);
    IntFunction<float[]> inputs = inputs(images);
    List<float[]> typical = new ArrayList<>();
    for (int i = 0; i < images.count(); i++) {
      typical.add(inputs.apply(i));
    }
    return FusedCompiler.compile(
        model.graph(), typical, FusedSettings.standard(), new OnnxRuntimeEngine());
  }

  private RangeReport ranges(LoadedModel model, NetworkPlan planOrNull) {
    ImageSet images = ImageSubset.first(data().test(), RANGE_IMAGES);
    if (model.graph().inputShape().elementCount() != images.sampleCount()) {
      throw new CommandFault(
          model.name() + " takes other images", "give --compare a network of the same data");
    }
    double range = provenance.family().range();
    return RangeReport.of(
        model.graph(),
        planOrNull,
        images.count(),
        inputs(images),
        Double.isFinite(range) ? range : Double.NaN);
  }

  private static void print(PrivateMeasurement secure, PrintWriter out) {
    int count = secure.score().predictions().length;
    out.println(
        String.format(
            Locale.ROOT,
            "private run: %.2f %% right, in plaintext %.2f %%, agreement %.2f %% (%d test images),"
                + " %d rounds, %.1f images/s",
            100.0 * secure.score().correct() / count,
            100.0 * secure.score().plaintextCorrect() / count,
            100.0 * secure.score().agreeing() / count,
            count,
            secure.costs().rounds(),
            secure.throughputPerSecond()));
  }
}
