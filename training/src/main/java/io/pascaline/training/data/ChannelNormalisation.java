// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import io.pascaline.images.set.ImageSet;
import java.util.Arrays;

/**
 * How samples become network inputs: {@code (sample / 255 - mean) / deviation}, each channel with
 * its own mean and standard deviation. Immutable.
 */
public final class ChannelNormalisation {
  private static final int LEVELS = 256;
  private static final float WHITE = 255f;

  /** A channel that never changes is shifted only. */
  private static final double MIN_DEVIATION = 1e-3;

  private final float[] means;
  private final float[] deviations;
  private final float[][] valueByChannelAndLevel;

  /**
   * A normalisation.
   *
   * @param means by channel, in units of 255; copied
   * @param deviations by channel, above 0, in units of 255; copied
   */
  public ChannelNormalisation(float[] means, float[] deviations) {
    if (means.length == 0 || means.length != deviations.length) {
      throw new IllegalArgumentException(
          means.length + " means, " + deviations.length + " deviations");
    }
    this.means = means.clone();
    this.deviations = deviations.clone();
    this.valueByChannelAndLevel = new float[means.length][LEVELS];
    for (int channel = 0; channel < means.length; channel++) {
      if (!(deviations[channel] > 0) || !Float.isFinite(means[channel])) {
        throw new IllegalArgumentException(
            "mean " + means[channel] + ", deviation " + deviations[channel]);
      }
      for (int level = 0; level < LEVELS; level++) {
        valueByChannelAndLevel[channel][level] =
            (level / WHITE - means[channel]) / deviations[channel];
      }
    }
  }

  /**
   * Mean and standard deviation of a set's channels, rounded to four decimals so that a model's
   * metadata can hold them in full. Reads every image once.
   *
   * @param training the images that are learnt from, and no others
   */
  public static ChannelNormalisation of(ImageSet training) {
    if (training.count() == 0) {
      throw new IllegalArgumentException("no images");
    }
    int channels = training.channels();
    int plane = training.height() * training.width();
    long[][] countByChannelAndLevel = new long[channels][LEVELS];
    byte[] image = new byte[training.sampleCount()];
    for (int i = 0; i < training.count(); i++) {
      training.pixels(i, image);
      for (int k = 0; k < image.length; k++) {
        countByChannelAndLevel[k / plane][image[k] & 0xff]++;
      }
    }
    float[] means = new float[channels];
    float[] deviations = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      double sum = 0;
      double squares = 0;
      for (int level = 0; level < LEVELS; level++) {
        double value = level / (double) WHITE;
        sum += countByChannelAndLevel[channel][level] * value;
        squares += countByChannelAndLevel[channel][level] * value * value;
      }
      double sampleCount = (double) training.count() * plane;
      double mean = sum / sampleCount;
      double deviation = Math.sqrt(Math.max(0, squares / sampleCount - mean * mean));
      means[channel] = rounded(mean);
      deviations[channel] = deviation < MIN_DEVIATION ? 1 : rounded(deviation);
    }
    return new ChannelNormalisation(means, deviations);
  }

  private static float rounded(double value) {
    return Math.round(value * 1e4) / 1e4f;
  }

  /** Number of channels. */
  public int channels() {
    return means.length;
  }

  /** Means by channel, a fresh array. */
  public float[] means() {
    return means.clone();
  }

  /** Standard deviations by channel, a fresh array. */
  public float[] deviations() {
    return deviations.clone();
  }

  /** Network input of an unsigned sample. */
  public float apply(int channel, int level) {
    return valueByChannelAndLevel[channel][level];
  }

  /**
   * Normalises one image.
   *
   * @param samples [C,H,W], unsigned
   * @param target receives as many values from {@code offset} on
   * @param offset first index written
   */
  public void apply(byte[] samples, float[] target, int offset) {
    int plane = samples.length / means.length;
    for (int channel = 0; channel < means.length; channel++) {
      float[] table = valueByChannelAndLevel[channel];
      for (int i = channel * plane; i < (channel + 1) * plane; i++) {
        target[offset + i] = table[samples[i] & 0xff];
      }
    }
  }

  /** Means as ONNX metadata and {@code --mean} write them: separated by commas. */
  public String meanList() {
    return list(means);
  }

  /** Deviations as ONNX metadata and {@code --std} write them: separated by commas. */
  public String deviationList() {
    return list(deviations);
  }

  private static String list(float[] values) {
    StringBuilder list = new StringBuilder();
    for (float value : values) {
      list.append(list.isEmpty() ? "" : ",").append(value);
    }
    return list.toString();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ChannelNormalisation that
        && Arrays.equals(means, that.means)
        && Arrays.equals(deviations, that.deviations);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(means) + Arrays.hashCode(deviations);
  }

  @Override
  public String toString() {
    return "(sample/255 - " + meanList() + ") / " + deviationList();
  }
}
