// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

/**
 * How often a function's inputs had which values, by channel. Memory is {@value #BIN_COUNT} counts
 * for each channel, whatever is added: where a value is beyond a channel's bins, their width
 * doubles. Not thread-safe while values are added.
 */
public final class InputHistogram {
  /** Bins of a channel: half of them for negative values. */
  static final int BIN_COUNT = 512;

  private final int channelCount;
  private final long[][] counts;
  private final double[] reach;
  private final double[] largest;
  private long valuesPerChannel;

  /**
   * Creates an empty histogram.
   *
   * @param channelCount how many channels are told apart; 1 pools all elements
   */
  public InputHistogram(int channelCount) {
    if (channelCount < 1) {
      throw new IllegalArgumentException("channelCount is " + channelCount + ", must be positive");
    }
    this.channelCount = channelCount;
    this.counts = new long[channelCount][BIN_COUNT];
    this.reach = new double[channelCount];
    this.largest = new double[channelCount];
  }

  /**
   * Adds the values of one tensor.
   *
   * @param values channel-major, as many for each channel, all finite; not kept
   * @throws IllegalArgumentException if they cannot be divided among the channels
   */
  public void add(float[] values) {
    if (values.length == 0 || values.length % channelCount != 0) {
      throw new IllegalArgumentException(
          "values are " + values.length + ", must be some for each of " + channelCount);
    }
    int plane = values.length / channelCount;
    for (int channel = 0; channel < channelCount; channel++) {
      double max = 0;
      for (int i = channel * plane; i < (channel + 1) * plane; i++) {
        max = Math.max(max, Math.abs(values[i]));
      }
      widen(channel, max);
      double binsPerUnit = BIN_COUNT / 2 / Math.max(reach[channel], Double.MIN_NORMAL);
      long[] bins = counts[channel];
      for (int i = channel * plane; i < (channel + 1) * plane; i++) {
        bins[BIN_COUNT / 2 + (int) Math.floor(values[i] * binsPerUnit)]++;
      }
    }
    valuesPerChannel += plane;
  }

  /** Doubles the width of bins until a magnitude lies within them. */
  private void widen(int channel, double magnitude) {
    largest[channel] = Math.max(largest[channel], magnitude);
    if (reach[channel] == 0 && magnitude > 0) {
      // All values so far were zero, which are in the same bin at any width.
      reach[channel] = Math.scalb(1.0, Math.getExponent(magnitude) + 1);
    }
    while (reach[channel] <= magnitude && magnitude > 0) {
      long[] wide = new long[BIN_COUNT];
      for (int i = 0; i < BIN_COUNT; i++) {
        wide[BIN_COUNT / 4 + i / 2] += counts[channel][i];
      }
      counts[channel] = wide;
      reach[channel] *= 2;
    }
  }

  /** Returns the number of channels that are told apart. */
  public int channelCount() {
    return channelCount;
  }

  /** Returns how many values each channel has. */
  public long valuesPerChannel() {
    return valuesPerChannel;
  }

  /** Returns the largest magnitude of a channel. */
  public double largest(int channel) {
    return largest[channel];
  }

  /** Returns the largest magnitude of all channels. */
  public double largest() {
    double max = 0;
    for (double magnitude : largest) {
      max = Math.max(max, magnitude);
    }
    return max;
  }

  /**
   * Returns a channel's share of values in bins of equal width, which sum to 1.
   *
   * @param channel the channel
   * @param magnitude the bins lie between its negative and itself; values beyond count to the
   *     outermost bins
   * @param binCount how many bins
   */
  public double[] density(int channel, double magnitude, int binCount) {
    double[] density = new double[binCount];
    if (valuesPerChannel == 0) {
      throw new IllegalStateException("no values were added");
    }
    double width = reach[channel] / (BIN_COUNT / 2);
    for (int i = 0; i < BIN_COUNT; i++) {
      if (counts[channel][i] > 0) {
        double from = (i - BIN_COUNT / 2) * width;
        double binsPerUnit = binCount / (2 * magnitude);
        spread(
            density,
            (from + magnitude) * binsPerUnit,
            (from + width + magnitude) * binsPerUnit,
            counts[channel][i] / (double) valuesPerChannel);
      }
    }
    return density;
  }

  /** Adds a share to all bins between two places, in proportion. */
  private static void spread(double[] bins, double from, double to, double share) {
    double start = Math.max(0, Math.min(from, bins.length - 1));
    double end = Math.max(start, Math.min(to, bins.length));
    if (end - start < 1e-9) {
      bins[Math.min(bins.length - 1, (int) start)] += share;
      return;
    }
    for (int bin = (int) start; bin < end; bin++) {
      double part = Math.min(end, bin + 1) - Math.max(start, bin);
      bins[bin] += share * part / (end - start);
    }
  }
}
