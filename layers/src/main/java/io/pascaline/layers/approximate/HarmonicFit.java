// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.ArrayList;
import java.util.List;

/**
 * Fits lines with harmonics of the ring to the functions of one layer, channel by channel: weighted
 * least squares over {@value #REACH} times the channel's range, where the weight is how often
 * calibration has seen a value, plus a floor. Harmonics are chosen greedily among multiples of a
 * base frequency, whose period is about {@value #PERIODS} times the range, and then exchanged one
 * by one. The same on every machine. Costs well under a millisecond a channel; keeps the sums of
 * {@value #SAMPLED_CHANNELS} channels. Not thread-safe.
 */
public final class HarmonicFit {
  /** What part of a channel's range to each side of zero the fit covers. */
  static final double REACH = 1.25;

  /** Length of the base period in ranges, as near as a multiple of the ring's frequency comes. */
  static final double PERIODS = 8;

  /** Part of the weight that all values in reach have alike. */
  static final double FLOOR = 0.01;

  private static final int BINS = 256;

  /** Enough to tell how many harmonics a layer needs. */
  private static final int SAMPLED_CHANNELS = 8;

  /** With as many values a channel's own histogram counts as much as the layer's. */
  private static final double SHRINKING_COUNT = 256;

  private static final double[] ARGUMENTS = arguments();

  private final List<ScalarFunction> functions;
  private final InputHistogram histogram;
  private final double period;
  private final int channelCount;

  /** How much a channel's own values count. */
  private final double trust;

  /** Of all channels together, each in parts of its range. */
  private final double[] pooled = new double[BINS];

  private final List<Channel> sample = new ArrayList<>();
  private final List<ChannelFit.Path> sampled = new ArrayList<>();
  private final List<ChannelFit.Path> sampledWithSlope = new ArrayList<>();

  /**
   * Prepares the fits of all channels.
   *
   * @param functions one for all channels, or one for each
   * @param histogram of the inputs; one channel pools all. Where both are several, as many
   * @param period of the ring in real units, at least twice the largest input
   * @throws IllegalArgumentException if the numbers of channels differ, or the period is too short
   */
  public HarmonicFit(List<ScalarFunction> functions, InputHistogram histogram, double period) {
    if (functions.size() != 1
        && histogram.channelCount() != 1
        && functions.size() != histogram.channelCount()) {
      throw new IllegalArgumentException(
          "functions are " + functions.size() + ", must be 1 or " + histogram.channelCount());
    }
    if (!(period >= 2 * histogram.largest())) {
      throw new IllegalArgumentException(
          "period is " + period + ", must be at least twice " + histogram.largest());
    }
    this.functions = List.copyOf(functions);
    this.histogram = histogram;
    this.period = period;
    this.channelCount = Math.max(functions.size(), histogram.channelCount());
    this.trust =
        histogram.channelCount() == 1
            ? 1
            : histogram.valuesPerChannel() / (histogram.valuesPerChannel() + SHRINKING_COUNT);
    for (int channel = 0; channel < histogram.channelCount(); channel++) {
      double[] own = histogram.density(channel, REACH * range(channel), BINS);
      for (int i = 0; i < BINS; i++) {
        pooled[i] += own[i] / histogram.channelCount();
      }
    }
  }

  private static double[] arguments() {
    double[] arguments = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      arguments[i] = (2 * i + 1 - BINS) * REACH / BINS;
    }
    return arguments;
  }

  private int histogramChannel(int channel) {
    return histogram.channelCount() == 1 ? 0 : channel;
  }

  /**
   * Returns a channel's range, which is nearer to the layer's the fewer values the channel has: it
   * may get a larger one.
   */
  private double range(int channel) {
    double most = histogram.largest() > 0 ? histogram.largest() : 1;
    double largest = histogram.largest(histogramChannel(channel));
    return largest > 0 ? trust * largest + (1 - trust) * most : most;
  }

  /**
   * What the fit of a channel starts from.
   *
   * @param range the largest argument
   * @param base multiple of the ring's frequency that the harmonics are multiples of
   * @param scale the function's size, by which it is divided
   * @param density of the arguments in bins
   * @param values of the function in the middles of bins, undivided
   */
  private record Channel(
      double range, int base, double scale, double[] density, double[] values, ChannelFit fit) {}

  private Channel channel(int channel) {
    double range = range(channel);
    double[] density = histogram.density(histogramChannel(channel), REACH * range, BINS);
    ScalarFunction function = functions.get(functions.size() == 1 ? 0 : channel);
    double[] weights = new double[BINS];
    double[] values = new double[BINS];
    double sum = 0;
    double size = 0;
    for (int i = 0; i < BINS; i++) {
      density[i] = trust * density[i] + (1 - trust) * pooled[i];
      double value = function.value(ARGUMENTS[i] * range);
      if (Double.isFinite(value)) {
        values[i] = value;
        weights[i] = (1 - FLOOR) * density[i] + FLOOR / BINS;
        sum += weights[i];
        size = Math.max(size, Math.abs(value));
      }
    }
    if (sum == 0) {
      throw new IllegalArgumentException(
          "function " + function + " is not finite between " + -range + " and " + range);
    }
    double scale = size > 0 ? size : 1;
    double[] scaled = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      weights[i] /= sum;
      scaled[i] = values[i] / scale;
    }
    double ideal = Math.rint(period / (PERIODS * range));
    double most = HarmonicFunction.MAX_MULTIPLE / ChannelFit.CANDIDATES;
    int base = (int) Math.max(1, Math.min(ideal, most));
    double anglePerUnit = 2 * Math.PI * base * range / period;
    ChannelFit fit = new ChannelFit(ARGUMENTS, weights, scaled, anglePerUnit);
    return new Channel(range, base, scale, density, values, fit);
  }

  /** Returns the ring's period in real units. */
  double period() {
    return period;
  }

  /**
   * Returns about how large the error of a fit is: the root of the mean square, in real units, over
   * all channels or a sample of {@value #SAMPLED_CHANNELS}.
   *
   * @param harmonicCount at least 1
   * @param sloped whether there is a slope
   * @throws IllegalArgumentException if a function is nowhere finite within reach
   */
  public double expectedError(int harmonicCount, boolean sloped) {
    int count = Math.min(SAMPLED_CHANNELS, channelCount);
    while (sample.size() < count) {
      Channel next = channel((int) ((long) sample.size() * channelCount / count));
      sample.add(next);
      sampled.add(next.fit().path(false));
      sampledWithSlope.add(next.fit().path(true));
    }
    double sum = 0;
    for (int i = 0; i < count; i++) {
      ChannelFit.Path path = (sloped ? sampledWithSlope : sampled).get(i);
      sum += squaredError(sample.get(i), path.solution(harmonicCount));
    }
    return Math.sqrt(sum / count);
  }

  private double squaredError(Channel channel, ChannelFit.Solution solution) {
    double[] fitted = evaluated(channel, solution);
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
      double error = fitted[i] - channel.values()[i];
      sum += channel.density()[i] * error * error;
    }
    return sum;
  }

  /**
   * A fit of all channels.
   *
   * @param function the lines with harmonics
   * @param rmsError the root of the mean square of the error over calibration's inputs
   * @param largestError the largest magnitude of the error within the channels' ranges
   * @param rmsOutput the root of the mean square of the function over calibration's inputs
   */
  public record Fit(
      HarmonicFunction function, double rmsError, double largestError, double rmsOutput) {}

  /**
   * Fits.
   *
   * @param harmonicCount K, 1 to {@link HarmonicFunction#MAX_HARMONICS}
   * @param sloped whether there is a slope, which costs as many bytes as a harmonic
   * @throws IllegalArgumentException if a function is nowhere finite within reach
   */
  public Fit fit(int harmonicCount, boolean sloped) {
    int[] multiples = new int[channelCount * harmonicCount];
    double[] constants = new double[channelCount];
    double[] slopes = new double[channelCount];
    double[] cosines = new double[channelCount * harmonicCount];
    double[] sines = new double[channelCount * harmonicCount];
    double squaredError = 0;
    double squaredOutput = 0;
    double largest = 0;
    for (int c = 0; c < channelCount; c++) {
      Channel channel = channel(c);
      ChannelFit.Solution solution = channel.fit().path(sloped).solution(harmonicCount);
      constants[c] = solution.constant() * channel.scale();
      slopes[c] = solution.slope() * channel.scale() / channel.range();
      for (int k = 0; k < harmonicCount; k++) {
        int at = c * harmonicCount + k;
        multiples[at] = solution.harmonics()[k] * channel.base();
        cosines[at] = solution.cosines()[k] * channel.scale();
        sines[at] = solution.sines()[k] * channel.scale();
      }
      squaredError += squaredError(channel, solution) / channelCount;
      double[] fitted = evaluated(channel, solution);
      for (int i = 0; i < BINS; i++) {
        double sought = channel.values()[i];
        squaredOutput += channel.density()[i] * sought * sought / channelCount;
        if (Math.abs(ARGUMENTS[i]) <= 1) {
          largest = Math.max(largest, Math.abs(fitted[i] - sought));
        }
      }
    }
    HarmonicFunction function =
        new HarmonicFunction(
            channelCount, harmonicCount, multiples, constants, slopes, cosines, sines);
    return new Fit(function, Math.sqrt(squaredError), largest, Math.sqrt(squaredOutput));
  }

  /** Returns the values in the middles of all bins, by turning each harmonic from bin to bin. */
  private double[] evaluated(Channel channel, ChannelFit.Solution solution) {
    double[] sums = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      sums[i] = solution.constant() + solution.slope() * ARGUMENTS[i];
    }
    double base = 2 * Math.PI * channel.base() * channel.range() / period;
    for (int k = 0; k < solution.harmonics().length; k++) {
      double anglePerUnit = base * solution.harmonics()[k];
      double turn = anglePerUnit * (ARGUMENTS[1] - ARGUMENTS[0]);
      double turnCosine = StrictMath.cos(turn);
      double turnSine = StrictMath.sin(turn);
      double cosine = StrictMath.cos(anglePerUnit * ARGUMENTS[0]);
      double sine = StrictMath.sin(anglePerUnit * ARGUMENTS[0]);
      for (int i = 0; i < BINS; i++) {
        sums[i] += solution.cosines()[k] * cosine + solution.sines()[k] * sine;
        double next = cosine * turnCosine - sine * turnSine;
        sine = sine * turnCosine + cosine * turnSine;
        cosine = next;
      }
    }
    for (int i = 0; i < BINS; i++) {
      sums[i] *= channel.scale();
    }
    return sums;
  }
}
