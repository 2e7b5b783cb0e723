// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.DataFault;
import io.pascaline.images.ImageOpener;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import io.pascaline.images.set.DataSets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import picocli.CommandLine.Option;

/** Which images the compiler takes its bounds from. Filled by picocli. */
public final class CalibrationOptions {
  private static final int MAX_IMAGES = 1_000;
  private static final int MAX_RUN_IMAGES = 64;
  private static final int NOISE_IMAGES = 8;
  private static final long NOISE_SEED = 1;

  @Option(
      names = "--calibration",
      paramLabel = "PATH",
      description =
          "Typical images, which the compiler takes the layers' bounds from: as --images. The"
              + " bundled model has its own. Of a data set the training images are taken.")
  private Path calibration;

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
   * Returns the inputs for a run on images.
   *
   * @param model the model
   * @param scale how pictures become inputs
   * @param images the images of the run, which are taken when there is nothing better
   * @param resize whether pictures are scaled
   * @return the inputs
   */
  public Inputs forRun(LoadedModel model, PixelScale scale, ImageInputs images, boolean resize) {
    if (calibration != null || model.isBundled()) {
      return own(model, scale, resize);
    }
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < Math.min(MAX_RUN_IMAGES, images.count()); i++) {
      inputs.add(images.apply(i));
    }
    return new Inputs(
        inputs,
        "the first " + inputs.size() + " images of this run (give others with --calibration)");
  }

  /**
   * Returns the inputs when there are no images.
   *
   * @param model the model
   * @param scale how pictures become inputs
   * @return the inputs; noise when there is nothing better, which is said in their description
   */
  public Inputs withoutImages(LoadedModel model, PixelScale scale) {
    if (calibration != null || model.isBundled()) {
      return own(model, scale, false);
    }
    SplittableRandom random = new SplittableRandom(NOISE_SEED);
    List<float[]> inputs = new ArrayList<>();
    for (int i = 0; i < NOISE_IMAGES; i++) {
      byte[] noise = new byte[model.inputSize().sampleCount()];
      for (int k = 0; k < noise.length; k++) {
        noise[k] = (byte) random.nextInt();
      }
      inputs.add(scale.apply(noise));
    }
    return new Inputs(
        inputs, "random noise, so bounds are provisional (give images with --calibration)");
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

  private Inputs own(LoadedModel model, PixelScale scale, boolean resize) {
    InputSize size = model.inputSize();
    requirePath();
    try (ImageSource source =
        calibration == null
            ? BundledModel.calibration(size)
            : DataSets.half(calibration.toString(), true, size, MAX_IMAGES, resize, List.of())
                .orElseGet(
                    () ->
                        new ImageOpener(size, null, MAX_IMAGES, resize)
                            .open(List.of(calibration)))) {
      byte[][] samples = new byte[source.count()][];
      for (int i = 0; i < samples.length; i++) {
        samples[i] = source.samples(i);
      }
      return new Inputs(
          new ScaledSamples(scale, samples), samples.length + " images, " + source.describe());
    } catch (DataFault e) {
      throw new CommandFault("calibration: " + e.problem(), e.remedy(), e);
    }
  }

  /** Inputs that are made when they are read: a sample takes a quarter of the memory of a float. */
  private static final class ScaledSamples extends AbstractList<float[]> {
    private final PixelScale scale;
    private final byte[][] samples;

    ScaledSamples(PixelScale scale, byte[][] samples) {
      this.scale = scale;
      this.samples = samples;
    }

    @Override
    public float[] get(int index) {
      return scale.apply(samples[index]);
    }

    @Override
    public int size() {
      return samples.length;
    }
  }
}
