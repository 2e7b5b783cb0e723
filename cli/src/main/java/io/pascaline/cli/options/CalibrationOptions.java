// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.DataFault;
import io.pascaline.images.ImageOpener;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import io.pascaline.images.set.DataSets;
import io.pascaline.images.set.Split;
import io.pascaline.images.table.TableOpener;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/** The inputs from which the compiler derives the layer bounds. Filled by picocli. */
public final class CalibrationOptions {
  private static final int MAX_IMAGES = 1_000;
  private static final int MAX_RUN_IMAGES = 64;
  private static final int NOISE_IMAGES = 8;
  private static final long NOISE_SEED = 1;

  @Option(
      names = "--calibration",
      paramLabel = "PATH",
      description =
          "Typical images or numbers, from which the compiler derives the layer bounds; the same"
              + " kinds as for --images. The bundled model has its own. Of a data set, the"
              + " training images are used.")
  private Path calibration;

  @Option(
      names = "--calibration-label-column",
      paramLabel = "COLUMN",
      description = "The column of the CSV file of --calibration that is not an input.")
  private String labelColumn;

  /** For picocli. */
  public CalibrationOptions() {}

  /**
   * Inputs to calibrate with, and where they come from.
   *
   * @param inputs at least one
   * @param describe for the report
   */
  public record Inputs(List<float[]> inputs, String describe) {}

  /**
   * Returns the inputs for a run.
   *
   * @param model the model
   * @param input what it takes
   * @param run the inputs of the run, which are taken when there is nothing better
   * @param resize whether pictures are scaled
   * @return the inputs
   */
  public Inputs forRun(LoadedModel model, ModelInput input, NetworkInputs run, boolean resize) {
    if (isKnown(model)) {
      return own(input, resize);
    }
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < Math.min(MAX_RUN_IMAGES, run.count()); i++) {
      inputs.add(run.apply(i));
    }
    return new Inputs(
        inputs,
        "the first "
            + inputs.size()
            + (input.isImage() ? " images" : " inputs")
            + " of this run (give others with --calibration)");
  }

  /**
   * Returns the inputs when nothing runs.
   *
   * @param model the model
   * @param input what it takes
   * @param resize whether pictures are scaled
   * @return the inputs; noise when there is nothing better, which is said in their description
   */
  public Inputs withoutImages(LoadedModel model, ModelInput input, boolean resize) {
    if (isKnown(model)) {
      return own(input, resize);
    }
    SplittableRandom random = new SplittableRandom(NOISE_SEED);
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < NOISE_IMAGES; i++) {
      inputs.add(input.isImage() ? pixels(input, random) : numbers(input, random));
    }
    return new Inputs(
        inputs, "random noise, so bounds are provisional (give typical inputs with --calibration)");
  }

  private static float[] pixels(ModelInput input, SplittableRandom random) {
    InputSize size = input.imageSize();
    byte[] noise = new byte[size.sampleCount()];
    for (int k = 0; k < noise.length; k++) {
      noise[k] = (byte) random.nextInt();
    }
    return PixelScale.of(size.channels(), input.mean(), input.deviation()).apply(noise);
  }

  private static float[] numbers(ModelInput input, SplittableRandom random) {
    float[] noise = new float[input.elementCount()];
    for (int k = 0; k < noise.length; k++) {
      noise[k] = (float) (2 * random.nextDouble() - 1);
    }
    return noise;
  }

  /** Returns whether the bounds come from real images. */
  public boolean isKnown(LoadedModel model) {
    return calibration != null || model.isBundled();
  }

  private void requirePath() {
    if (calibration != null
        && ImageOptions.isNumber(calibration.toString())
        && !Files.exists(calibration)) {
      throw new CommandFault(
          "--calibration " + calibration + " is a number, not a file or folder",
          "name typical images by their PATH");
    }
  }

  private Inputs own(ModelInput input, boolean resize) {
    requirePath();
    try {
      // Left open: images that are too many to be kept are read again.
      NetworkInputs typical = open(input, resize);
      String kind = input.isImage() ? " images, " : " inputs, ";
      return new Inputs(typical.values(), typical.count() + kind + typical.describe());
    } catch (DataFault e) {
      throw new CommandFault(
          "calibration: " + e.problem(),
          e.remedy().replace("--label-column", "--calibration-label-column"),
          e);
    }
  }

  private NetworkInputs open(ModelInput input, boolean resize) {
    if (calibration != null
        && !DataSets.isName(calibration.toString())
        && TableOpener.isTable(calibration)) {
      return NetworkInputs.ofNumbers(
          new TableOpener(input.dims(), null, labelColumn, MAX_IMAGES).open(List.of(calibration)));
    }
    InputSize size = input.imageSize();
    ImageSource source =
        calibration == null
            ? BundledModel.calibration(size)
            : DataSets.open(
                    calibration.toString(), Split.TRAINING, size, MAX_IMAGES, resize, List.of())
                .orElseGet(
                    () ->
                        new ImageOpener(size, null, MAX_IMAGES, resize).open(List.of(calibration)));
    return NetworkInputs.ofImages(
        source, PixelScale.of(size.channels(), input.mean(), input.deviation()));
  }
}
