// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;

/**
 * From samples of eight bits to a model's input: {@code (sample / 255 - mean) / deviation}, mean
 * and deviation per channel. Immutable and thread-safe.
 */
public final class PixelScale {
  private static final int LEVELS = 256;

  private final float[][] valueByChannelAndSample;

  private PixelScale(float[] means, float[] deviations) {
    this.valueByChannelAndSample = new float[means.length][LEVELS];
    for (int channel = 0; channel < means.length; channel++) {
      for (int sample = 0; sample < LEVELS; sample++) {
        valueByChannelAndSample[channel][sample] =
            (sample / 255f - means[channel]) / deviations[channel];
      }
    }
  }

  /**
   * Returns a scale for images of the given number of channels.
   *
   * @param channels of the image
   * @param mean one number for all channels, or a comma-separated list with one per channel
   * @param deviation likewise; every number above 0
   * @return the scale
   * @throws CommandFault if a list cannot be read or has another length
   */
  public static PixelScale of(int channels, String mean, String deviation) {
    float[] deviations = numbers(channels, "--std", deviation);
    for (float value : deviations) {
      if (!(value > 0)) {
        throw new CommandFault(
            "--std " + deviation + " holds " + value, "give numbers above 0, for instance 0.5");
      }
    }
    return new PixelScale(numbers(channels, "--mean", mean), deviations);
  }

  private static float[] numbers(int channels, String option, String text) {
    String[] parts = text.split(",", -1);
    if (parts.length != 1 && parts.length != channels) {
      throw new CommandFault(
          option + " " + text + " has " + parts.length + " numbers",
          "give one, or one for each of the " + channels + " channels");
    }
    float[] values = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      String part = parts[parts.length == 1 ? 0 : channel].strip();
      try {
        values[channel] = Float.parseFloat(part);
      } catch (NumberFormatException e) {
        throw new CommandFault(
            option + " " + text + " is not a number or list", "write it as 0.5 or 0.48,0.46,0.41");
      }
      if (!Float.isFinite(values[channel])) {
        throw new CommandFault(option + " " + text + " is not finite", "give ordinary numbers");
      }
    }
    return values;
  }

  /**
   * One image as the model takes it.
   *
   * @param samples [C,H,W], read as unsigned; unchanged
   * @return as many values, a fresh array
   */
  public float[] apply(byte[] samples) {
    int planeLength = samples.length / valueByChannelAndSample.length;
    float[] values = new float[samples.length];
    for (int channel = 0; channel < valueByChannelAndSample.length; channel++) {
      float[] table = valueByChannelAndSample[channel];
      int end = (channel + 1) * planeLength;
      for (int i = channel * planeLength; i < end; i++) {
        values[i] = table[samples[i] & 0xff];
      }
    }
    return values;
  }
}
