// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures what a further core brings to a task that divides its work: nothing until its thread has
 * woken, then a part of its strength. A short and a long convolution, each alone and divided, tell
 * the one from the other, as the time that is saved grows with the work from that moment on.
 */
final class HelpProbe {
  private static final int CHANNELS = 32;
  private static final int SHORT_SIDE = 16;
  private static final int LONG_SIDE = 64;
  private static final int SHORT_COUNT = 400;
  private static final int LONG_COUNT = 80;

  /**
   * What was found.
   *
   * @param delayNs until a further core is of use
   * @param efficiency how much of each further core's work comes in useful then, from 0 to 1
   */
  record Found(double delayNs, double efficiency) {}

  private record Times(double aloneNs, double dividedNs) {}

  private HelpProbe() {}

  /** Measures for about a second. */
  static Found run(int cores) {
    if (cores == 1) {
      return new Found(0, 1);
    }
    try (ComputePool pool = new ComputePool("calibration", cores)) {
      Times brief = times(pool, SHORT_SIDE, SHORT_COUNT);
      Times lengthy = times(pool, LONG_SIDE, LONG_COUNT);
      return found(brief, lengthy, cores);
    }
  }

  private static Found found(Times brief, Times lengthy, int cores) {
    double speedUp = (lengthy.aloneNs - brief.aloneNs) / (lengthy.dividedNs - brief.dividedNs);
    if (!(speedUp > 1)) {
      return new Found(0, 0);
    }
    double useful = Math.min(speedUp, cores);
    double delayNs = (brief.dividedNs - brief.aloneNs / useful) * useful / (useful - 1);
    return new Found(Math.max(0, Math.min(delayNs, lengthy.aloneNs)), (useful - 1) / (cores - 1));
  }

  private static Times times(ComputePool pool, int side, int count) {
    Convolution2d map =
        new Convolution2d(CHANNELS, side, side, CHANNELS, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    LinearKernel kernel = LinearKernels.best();
    PackedWeights weights = kernel.pack(map, new int[map.weightShape().elementCount()]);
    int[] input = new int[map.inputShape().elementCount()];
    int[] output = new int[map.outputShape().elementCount()];
    long[] aloneNs = new long[count];
    long[] dividedNs = new long[count];
    // In turn, so that whatever else the machine does slows both.
    for (int i = 0; i < count; i++) {
      LockSupport.parkNanos(CostCalibration.PAUSE_NS);
      aloneNs[i] = convolutionNs(pool, kernel, weights, input, output, false);
      LockSupport.parkNanos(CostCalibration.PAUSE_NS);
      dividedNs[i] = convolutionNs(pool, kernel, weights, input, output, true);
    }
    return new Times(typicalNs(aloneNs), typicalNs(dividedNs));
  }

  /**
   * Returns the mean of the middle half: whether a thread wakes at once differs from time to time.
   */
  private static double typicalNs(long[] timesNs) {
    long[] sorted = CostCalibration.laterHalf(timesNs);
    Arrays.sort(sorted);
    double sumNs = 0;
    for (int i = sorted.length / 4; i < sorted.length * 3 / 4; i++) {
      sumNs += sorted[i];
    }
    return sumNs / (sorted.length * 3 / 4 - sorted.length / 4);
  }

  private static long convolutionNs(
      ComputePool pool,
      LinearKernel kernel,
      PackedWeights weights,
      int[] input,
      int[] output,
      boolean divided) {
    return pool.submit(
            Urgency.ONLINE,
            splitter -> {
              long beganNs = System.nanoTime();
              kernel.apply(weights, input, output, divided ? splitter : WorkSplitter.sequential());
              return System.nanoTime() - beganNs;
            })
        .toCompletableFuture()
        .join();
  }
}
