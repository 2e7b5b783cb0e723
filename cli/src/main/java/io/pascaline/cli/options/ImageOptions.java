// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.NamedPath;
import io.pascaline.images.ImageOpener;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import io.pascaline.images.set.DataSets;
import io.pascaline.images.set.Split;
import io.pascaline.images.table.TableOpener;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which images or numbers to evaluate, and how they become inputs. Filled by picocli. */
public final class ImageOptions {
  private static final int DEFAULT_COUNT = BundledModel.IMAGE_COUNT;

  @Option(
      names = {"--images", "--data"},
      arity = "1..*",
      paramLabel = "N|PATH",
      description =
          "A number of bundled images (default 1000), or picture files, a folder or zip of"
              + " pictures or of class folders, an IDX image file, or a data set, of which the test"
              + " images are taken: fashion-mnist, cifar10:PATH, cifar100:PATH or a folder of one;"
              + " or numbers: NumPy files (.npy) or a CSV file with one input per row.")
  private List<String> images = new ArrayList<>();

  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "Labels of an IDX image file, if they are in another folder, or of numbers: IDX, or"
              + " text with one class index per line.")
  private Path labels;

  @Option(
      names = "--label-column",
      paramLabel = "COLUMN",
      description =
          "The column of a CSV file that holds the class index, or the correct value of a"
              + " regression: its heading, its number from 1, or last.")
  private String labelColumn;

  @Option(
      names = "--limit",
      paramLabel = "N",
      description = "Evaluate only the first N images (from class folders: from each in turn).")
  private Integer limit;

  @Option(
      names = "--mean",
      paramLabel = "M",
      description =
          "Subtracted from pixels in [0,1]: one number or one per channel (default: the model's"
              + " metadata, else 0).")
  private String mean;

  @Option(
      names = "--std",
      paramLabel = "S",
      description =
          "Divisor of the pixels after the subtraction (default: the model's metadata, else 1).")
  private String deviation;

  @Option(
      names = "--resize",
      description = "Scale pictures of another size instead of refusing them.")
  private boolean resize;

  /** For picocli. */
  public ImageOptions() {}

  /**
   * Takes a model file out of the images: {@code --images a.png b.png MODEL.onnx} gives it to the
   * option.
   *
   * @return the file, or null if there is none
   */
  public Path takeModel() {
    int last = images.size() - 1;
    if (last >= 0 && images.get(last).endsWith(".onnx")) {
      Path model = NamedPath.of(images.get(last));
      images = new ArrayList<>(images.subList(0, last));
      return model;
    }
    return null;
  }

  /**
   * Opens the inputs and reads them.
   *
   * @param input what the model takes, normalised
   * @return the inputs, closed by the caller
   */
  public NetworkInputs open(ModelInput input) {
    if (limit != null && limit < 1) {
      throw new CommandFault("--limit " + limit + " leaves no image", "give a number from 1");
    }
    List<Path> tables = tables();
    if (!tables.isEmpty()) {
      if (mean != null || deviation != null) {
        throw new CommandFault(
            "--mean and --std are for pictures, and numbers are used as they are",
            "leave them out, and normalise the numbers as in training");
      }
      return NetworkInputs.ofNumbers(
          new TableOpener(input.dims(), labels, labelColumn, limit()).open(tables));
    }
    if (labelColumn != null) {
      throw new CommandFault("--label-column goes with a CSV file", "name one with --data PATH");
    }
    InputSize size = input.imageSize();
    PixelScale scale = PixelScale.of(size.channels(), input.mean(), input.deviation());
    return NetworkInputs.ofImages(openImages(size, input.model(), input.classLabels()), scale);
  }

  /** Returns the files of numbers, if that is what the user named. */
  private List<Path> tables() {
    if (images.isEmpty() || images.size() == 1 && isNumber(images.get(0))) {
      return List.of();
    }
    return DataSets.isName(images.get(0)) || !TableOpener.isTable(NamedPath.of(images.get(0)))
        ? List.of()
        : images.stream().map(NamedPath::of).toList();
  }

  private ImageSource openImages(InputSize size, String model, List<String> classLabels) {
    if (images.isEmpty() || images.size() == 1 && isNumber(images.get(0))) {
      return openBundled(size, model);
    }
    if (images.size() == 1 && labels == null) {
      Optional<ImageSource> set =
          DataSets.open(images.get(0), Split.TEST, size, limit(), resize, classLabels);
      if (set.isPresent()) {
        return set.get();
      }
    }
    List<Path> paths = images.stream().map(NamedPath::of).toList();
    return new ImageOpener(size, labels, limit(), resize, classLabels).open(paths);
  }

  private int limit() {
    return limit == null ? Integer.MAX_VALUE : limit;
  }

  /** Uses fewer images if the command line does not give their number. */
  public void limitUnlessGiven(int count) {
    if (limit == null && images.isEmpty()) {
      limit = count;
    }
  }

  private ImageSource openBundled(InputSize size, String model) {
    if (!size.equals(BundledModel.INPUT_SIZE)) {
      throw new CommandFault(
          model
              + " takes "
              + size.describe()
              + " images but the bundled ones are "
              + BundledModel.INPUT_SIZE.describe(),
          "name your own with --images PATH");
    }
    if (labels != null) {
      throw new CommandFault(
          "--labels goes with your own images", "name an IDX image file with --images PATH");
    }
    int count = images.isEmpty() ? DEFAULT_COUNT : number(images.get(0));
    return BundledModel.images(size, Math.min(limit(), count));
  }

  static boolean isNumber(String text) {
    return text.matches("-?[0-9]+");
  }

  private static int number(String text) {
    int count = text.length() > 6 ? Integer.MAX_VALUE : Integer.parseInt(text);
    if (count < 1 || count > BundledModel.IMAGE_COUNT) {
      throw new CommandFault(
          "--images " + text + " is out of range",
          "there are 1 to " + BundledModel.IMAGE_COUNT + " bundled images, or name your own PATH");
    }
    return count;
  }

  /**
   * Returns what a model takes, with the normalisation that the command line asks for.
   *
   * @param input with the model's own normalisation
   */
  public ModelInput normalised(ModelInput input) {
    return input.normalised(mean, deviation);
  }

  /** Returns whether pictures of another size are scaled. */
  public boolean resize() {
    return resize;
  }
}
