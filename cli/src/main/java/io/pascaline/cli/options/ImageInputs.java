// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.ImageSource;
import java.util.function.IntFunction;

/**
 * The images of a source as a model's inputs. All pictures are decoded when this is made, so a
 * corrupt one is found before anything else starts; their samples are kept while they are few, and
 * decoded again when they are many. Not thread-safe.
 */
public final class ImageInputs implements IntFunction<float[]> {
  private static final long MAX_KEPT_BYTES = 1L << 29;

  private final ImageSource source;
  private final PixelScale scale;
  private final byte[][] kept;
  private final int[] labels;

  /**
   * Reads all images.
   *
   * @param source the images, which must stay open as long as this is used
   * @param scale from samples to inputs
   * @param classCount number of the model's classes
   * @throws CommandFault if an image cannot be read or a label is no class of the model
   */
  public ImageInputs(ImageSource source, PixelScale scale, int classCount) {
    this.source = source;
    this.scale = scale;
    this.kept = new byte[source.count()][];
    this.labels = new int[source.count()];
    long keptBytes = 0;
    for (int i = 0; i < kept.length; i++) {
      labels[i] = source.label(i);
      if (labels[i] >= classCount) {
        throw new CommandFault(
            source.name(i)
                + " is of class "
                + labels[i]
                + ", the model has "
                + classCount
                + " classes (0 to "
                + (classCount - 1)
                + ")",
            "check that labels and model belong together");
      }
      byte[] samples = source.samples(i);
      keptBytes += samples.length;
      if (keptBytes <= MAX_KEPT_BYTES) {
        kept[i] = samples;
      }
    }
  }

  /** Number of images. */
  public int count() {
    return kept.length;
  }

  /**
   * Returns the class of each image.
   *
   * @return class index or {@link ImageSource#NO_LABEL}, a fresh array
   */
  public int[] labels() {
    return labels.clone();
  }

  /**
   * Returns the input of one image.
   *
   * @param index of the image
   * @return row-major, a fresh array
   */
  @Override
  public float[] apply(int index) {
    return scale.apply(kept[index] != null ? kept[index] : source.samples(index));
  }
}
