// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.approximate;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.protocols.activation.HarmonicFunction;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Fits a constant, perhaps a slope, and harmonics of the ring to the functions of one layer,
 * channel by channel. If there are more than {@value #MAX_GROUPS} channels, channels of similar
 * ranges share a fit. The fit of a group of channels has these steps:
 *
 * <ol>
 *   <li>The interval is {@value Approximation#FIT_MARGIN} times the group's range, in {@value
 *       #BINS} bins.
 *   <li>The weight of a bin is the frequency of its values in calibration, plus a floor. A channel
 *       with few values borrows from the histogram and the range of the layer.
 *   <li>The candidates are the multiples of a base frequency, whose period is eight times the
 *       range, or four times if there are many harmonics.
 *   <li>{@link NormalEquations} takes the sums over the bins.
 *   <li>{@link OrthogonalLeastSquares} selects harmonics and solves for their amplitudes.
 * </ol>
 *
 * <p>The result is the same on every machine. A fit costs a few milliseconds; the object keeps the
 * sums of {@value #SAMPLED_GROUPS} fits. Not thread-safe.
 */
public final class HarmonicFit {
  /** The base frequency, by the number of harmonics that are to be selected. */
  private enum Base {
    /** For a few harmonics. */
    FINE(8),
    /** For many, whose error is that of the highest frequency among the candidates. */
    COARSE(4);

    private static final int MANY_HARMONICS = 12;

    /** Length of its period, as near as a multiple of the ring's frequency comes. */
    private final double periodInRanges;

    Base(double periodInRanges) {
      this.periodInRanges = periodInRanges;
    }

    static Base of(int harmonicCount) {
      return harmonicCount < MANY_HARMONICS ? FINE : COARSE;
    }

    /** Returns its multiple of the ring's frequency, such that all candidates are in bounds. */
    int multiple(double period, double range) {
      double ideal = Math.rint(period / (periodInRanges * range));
      double max = HarmonicFunction.MAX_MULTIPLE / NormalEquations.CANDIDATES;
      return (int) Math.max(1, Math.min(ideal, max));
    }
  }

  /** Part of the total weight that all values in the fitted range share equally. */
  static final double FLOOR = 0.01;

  private static final int BINS = 256;

  /** Groups that suffice to choose the number of harmonics of a layer. */
  private static final int SAMPLED_GROUPS = 8;

  /** With this number of values, a channel's own histogram counts as much as the layer's. */
  private static final double SHRINKING_COUNT = 256;

  /** With this number of values, a channel's own range counts as much as the layer's. */
  private static final double RANGE_SHRINKING_COUNT = 16;

  /** The part by which the range of a channel with few values is extended. */
  private static final double UNSEEN = 0.5;

  /** Largest number of fits of a layer; with more channels, those of similar ranges share one. */
  private static final int MAX_GROUPS = 512;

  /** The middles of the bins, in ranges. */
  private static final double[] ARGUMENTS = arguments();

  private final List<ScalarFunction> functions;
  private final InputHistogram histogram;
  private final double period;
  private final int channelCount;

  /** How much a channel's own values count, from 0 to 1: the more values, the more. */
  private final double trust;

  /** The same of a channel's own range. */
  private final double rangeTrust;

  /** Channels that share a fit. */
  private final int[][] groups;

  /** Histogram of all channels together, each relative to its range. */
  private final double[] pooled = new double[BINS];

  /** The groups that the number of harmonics is chosen by, as far as they have been asked for. */
  private final Map<Base, List<Sample>> samples = new EnumMap<>(Base.class);

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
    this.trust = trust(histogram, SHRINKING_COUNT);
    this.rangeTrust = trust(histogram, RANGE_SHRINKING_COUNT);
    this.groups = groups();
    for (int channel = 0; channel < histogram.channelCount(); channel++) {
      double[] own = histogram.density(channel, Approximation.FIT_MARGIN * range(channel), BINS);
      for (int i = 0; i < BINS; i++) {
        pooled[i] += own[i] / histogram.channelCount();
      }
    }
  }

  /** Returns the weight of a channel's own figures against the layer's (shrinkage). */
  private static double trust(InputHistogram histogram, double evenCount) {
    double count = histogram.valuesPerChannel();
    return histogram.channelCount() == 1 ? 1 : count / (count + evenCount);
  }

  private static double[] arguments() {
    double[] arguments = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      arguments[i] = (2 * i + 1 - BINS) * Approximation.FIT_MARGIN / BINS;
    }
    return arguments;
  }

  /** Channels by themselves, or as many as have a function in common in order of their ranges. */
  private int[][] groups() {
    Integer[] order = new Integer[channelCount];
    Arrays.setAll(order, channel -> channel);
    int count = channelCount;
    if (functions.size() == 1 && channelCount > MAX_GROUPS) {
      Arrays.sort(order, Comparator.comparingDouble(this::range));
      count = MAX_GROUPS;
    }
    int[][] all = new int[count][];
    for (int group = 0; group < count; group++) {
      int from = (int) ((long) channelCount * group / count);
      int to = (int) ((long) channelCount * (group + 1) / count);
      all[group] = Arrays.stream(order, from, to).mapToInt(Integer::intValue).toArray();
    }
    return all;
  }

  private int histogramChannel(int channel) {
    return histogram.channelCount() == 1 ? 0 : channel;
  }

  /**
   * Returns a channel's range. It is larger than the channel's values, because later values may be
   * larger. The fewer values a channel has, the closer the result is to the range of the layer.
   * Ranges of channels differ by factors, so logarithms are averaged.
   */
  private double range(int channel) {
    double ofLayer = histogram.largest() > 0 ? histogram.largest() : 1;
    double largest = histogram.largest(histogramChannel(channel));
    double shrunk = largest > 0 ? ofLayer * StrictMath.pow(largest / ofLayer, rangeTrust) : ofLayer;
    return shrunk * (1 + UNSEEN * (1 - trust));
  }

  /**
   * What the fit of a group of channels starts from.
   *
   * @param range the largest argument
   * @param base multiple of the ring's frequency that the harmonics are multiples of
   * @param scale the function's size, by which it is divided
   * @param density of the arguments in bins
   * @param values of the function in the middles of bins, undivided; 0 where it is not finite
   * @param isFinite whether the function is, in the middles of bins
   */
  private record Problem(
      double range,
      int base,
      double scale,
      double[] density,
      double[] values,
      boolean[] isFinite,
      NormalEquations equations) {}

  /** A group, and its selections of harmonics without and with a slope. */
  private record Sample(
      Problem problem, OrthogonalLeastSquares alone, OrthogonalLeastSquares sloped) {}

  private Problem problem(int[] group, Base base) {
    // 1. The interval: the largest range of the group's channels.
    double range = 0;
    for (int channel : group) {
      range = Math.max(range, range(channel));
    }
    // 2. The weights: how frequent arguments are in calibration, plus a floor.
    double[] density = density(group, range);
    ScalarFunction function = functions.get(functions.size() == 1 ? 0 : group[0]);
    double[] weights = new double[BINS];
    double[] values = new double[BINS];
    boolean[] isFinite = new boolean[BINS];
    double sum = 0;
    double size = 0;
    for (int i = 0; i < BINS; i++) {
      double value = function.value(ARGUMENTS[i] * range);
      if (Double.isFinite(value)) {
        isFinite[i] = true;
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
    // 3. The candidates: multiples of a base frequency.
    int multiple = base.multiple(period, range);
    double anglePerUnit = 2 * Math.PI * multiple * range / period;
    // 4. The sums over the bins.
    NormalEquations equations = new NormalEquations(ARGUMENTS, weights, scaled, anglePerUnit);
    return new Problem(range, multiple, scale, density, values, isFinite, equations);
  }

  /** Returns how frequent the arguments of a group are, with a part of the layer's histogram. */
  private double[] density(int[] group, double range) {
    double[] density = new double[BINS];
    for (int channel : group) {
      double[] own =
          histogram.density(histogramChannel(channel), Approximation.FIT_MARGIN * range, BINS);
      for (int i = 0; i < BINS; i++) {
        density[i] += own[i] / group.length;
      }
    }
    for (int i = 0; i < BINS; i++) {
      density[i] = trust * density[i] + (1 - trust) * pooled[i];
    }
    return density;
  }

  /** Returns the ring's period in real units. */
  double period() {
    return period;
  }

  /**
   * Returns about how large the error of a fit is: the root of the mean square, in real units, over
   * all groups of channels or a sample of {@value #SAMPLED_GROUPS}.
   *
   * @param harmonicCount at least 1
   * @param sloped whether there is a slope
   * @throws IllegalArgumentException if a function is nowhere finite within reach
   */
  public double expectedError(int harmonicCount, boolean sloped) {
    int count = Math.min(SAMPLED_GROUPS, groups.length);
    Base base = Base.of(harmonicCount);
    List<Sample> sampled = samples.computeIfAbsent(base, key -> new ArrayList<>());
    while (sampled.size() < count) {
      int[] group = groups[(int) ((long) sampled.size() * groups.length / count)];
      Problem next = problem(group, base);
      sampled.add(
          new Sample(
              next,
              new OrthogonalLeastSquares(next.equations(), false),
              new OrthogonalLeastSquares(next.equations(), true)));
    }
    double sum = 0;
    for (Sample next : sampled) {
      OrthogonalLeastSquares selection = sloped ? next.sloped() : next.alone();
      sum += squaredError(next.problem(), selection.solution(harmonicCount));
    }
    return Math.sqrt(sum / count);
  }

  private double squaredError(Problem problem, NormalEquations.Solution solution) {
    double[] fitted = evaluated(problem, solution);
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
      double error = fitted[i] - problem.values()[i];
      sum += problem.density()[i] * error * error;
    }
    return sum;
  }

  /**
   * A fit of all channels.
   *
   * @param function the lines with harmonics
   * @param rmsError the root of the mean square of the error over calibration's inputs
   * @param largestError the largest magnitude of the error within the channels' ranges, where the
   *     function is finite
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
    for (int[] group : groups) {
      Problem problem = problem(group, Base.of(harmonicCount));
      // 5. The selection.
      NormalEquations.Solution solution =
          new OrthogonalLeastSquares(problem.equations(), sloped).solution(harmonicCount);
      for (int c : group) {
        constants[c] = solution.constant() * problem.scale();
        slopes[c] = solution.slope() * problem.scale() / problem.range();
        for (int k = 0; k < harmonicCount; k++) {
          int at = c * harmonicCount + k;
          multiples[at] = solution.harmonics()[k] * problem.base();
          cosines[at] = solution.cosines()[k] * problem.scale();
          sines[at] = solution.sines()[k] * problem.scale();
        }
      }
      double share = (double) group.length / channelCount;
      squaredError += squaredError(problem, solution) * share;
      double[] fitted = evaluated(problem, solution);
      for (int i = 0; i < BINS; i++) {
        double sought = problem.values()[i];
        squaredOutput += problem.density()[i] * sought * sought * share;
        if (Math.abs(ARGUMENTS[i]) <= 1 && problem.isFinite()[i]) {
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
  private double[] evaluated(Problem problem, NormalEquations.Solution solution) {
    double[] sums = new double[BINS];
    for (int i = 0; i < BINS; i++) {
      sums[i] = solution.constant() + solution.slope() * ARGUMENTS[i];
    }
    double base = 2 * Math.PI * problem.base() * problem.range() / period;
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
      sums[i] *= problem.scale();
    }
    return sums;
  }
}
