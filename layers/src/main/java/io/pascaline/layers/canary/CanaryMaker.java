// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.canary;

import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.plan.NetworkPlan;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes the canaries of a network, for whoever owns the weights. Not thread-safe.
 *
 * <p>An input is a random mixture of two typical ones, so that it is in range and none of them. Its
 * right answer is that of the integer semantics. Linear and local layers and products are exact;
 * activations round at random. How far a right answer can be off is one of these:
 *
 * <ul>
 *   <li><b>Proven</b>: the bound of {@link FusedEvaluator#errorBoundUlps}, where it is small beside
 *       the answers. No right answer exceeds it. It is 0 without activations.
 *   <li><b>Measured</b>: {@value #MARGIN} times the largest deviation in many runs of the protocols
 *       under fresh masks, for deep networks, whose worst case says nothing. A deviation is a sum
 *       of many small independent ones, so that of another run is hardly ever twice as large.
 * </ul>
 */
public final class CanaryMaker {
  private static final int MARGIN = 8;
  private static final int MIN_MEASURED_ULPS = 16;

  /** Runs that a measured tolerance is taken from, over all canaries. */
  private static final int MEASURED_RUNS = 32;

  /** A proven bound is used if it is no more than this part of the largest answer. */
  private static final int PROVEN_PART = 64;

  private static final int MAX_ATTEMPTS = 16;

  private final NetworkPlan plan;
  private final FusedEvaluator evaluator;
  private final LocalRun run;
  private final List<float[]> typical;
  private final SecureRandom random = new SecureRandom();

  /**
   * Prepares a network.
   *
   * @param network with its weights
   * @param typical inputs within the plan's range, at least one; not kept in any canary as they are
   *     if there are two
   */
  public CanaryMaker(FusedNetwork network, List<float[]> typical) {
    this.plan = network.plan();
    this.evaluator = new FusedEvaluator(network);
    this.run = LocalRun.of(network);
    this.typical = List.copyOf(typical);
  }

  /**
   * Makes canaries. Costs some runs of the whole network for each.
   *
   * @param count from 1 to {@value CanarySet#MAX_COUNT}
   * @throws IllegalArgumentException if no mixture of the typical inputs stays within the bounds of
   *     all layers
   */
  public CanarySet make(int count) {
    List<int[]> inputs = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      inputs.add(input());
    }
    List<int[]> answers = inputs.stream().map(evaluator::run).toList();
    int[] tolerances = provenOrNull(inputs, answers);
    boolean proven = tolerances != null;
    if (!proven) {
      tolerances = measured(inputs, answers);
    }
    List<Canary> canaries = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      canaries.add(new Canary(i, inputs.get(i), answers.get(i), tolerances[i]));
    }
    return new CanarySet(plan.digest(), proven, canaries);
  }

  /** Returns an input that stays within the bounds of all layers. */
  private int[] input() {
    for (int attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      float[] mixed = mixture();
      if (plan.checkInput(mixed).isEmpty()) {
        int[] words = plan.encodeInput(mixed);
        LocalReport report = run.run(words);
        if (report.ok() && plan.checkOutput(report.outputWords()).isEmpty()) {
          return words;
        }
      }
    }
    throw new IllegalArgumentException(
        "no typical input stays within the bounds of all layers: give others");
  }

  private float[] mixture() {
    float[] first = typical.get(random.nextInt(typical.size()));
    float[] second = typical.get(random.nextInt(typical.size()));
    float part = random.nextFloat();
    float[] mixed = new float[first.length];
    for (int i = 0; i < mixed.length; i++) {
      mixed[i] = part * first[i] + (1 - part) * second[i];
    }
    return mixed;
  }

  private int[] provenOrNull(List<int[]> inputs, List<int[]> answers) {
    long largest = 0;
    for (int[] answer : answers) {
      for (int word : answer) {
        largest = Math.max(largest, Math.abs((long) word));
      }
    }
    int[] bounds = new int[inputs.size()];
    for (int i = 0; i < bounds.length; i++) {
      double bound = 0;
      for (double ulps : evaluator.errorBoundUlps(inputs.get(i))) {
        bound = Math.max(bound, ulps);
      }
      // Written so that NaN is too large.
      if (!(bound * PROVEN_PART <= largest)) {
        return null;
      }
      bounds[i] = (int) bound;
    }
    return bounds;
  }

  private int[] measured(List<int[]> inputs, List<int[]> answers) {
    int runs = (MEASURED_RUNS - 1) / inputs.size() + 1;
    long largest = 0;
    for (int i = 0; i < inputs.size(); i++) {
      for (int each = 0; each < runs; each++) {
        int[] received = run.run(inputs.get(i)).outputWords();
        for (int k = 0; k < received.length; k++) {
          largest = Math.max(largest, Canary.deviationUlps(answers.get(i)[k], received[k]));
        }
      }
    }
    int[] tolerances = new int[inputs.size()];
    Arrays.fill(
        tolerances,
        (int) Math.min(Integer.MAX_VALUE, Math.max(MIN_MEASURED_ULPS, MARGIN * largest)));
    return tolerances;
  }
}
