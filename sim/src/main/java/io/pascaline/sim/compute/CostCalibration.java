// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.compute;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds this machine's rates by running real work for a short while: each by itself, none by what
 * an inference takes in the end.
 */
public final class CostCalibration {
  private static final int EMPTY_TASKS = 800;

  /** About as long as a thread sleeps between two tasks of an inference: it has to be woken. */
  static final long PAUSE_NS = 300_000;

  private CostCalibration() {}

  /**
   * Measures a network's own work.
   *
   * @param plan the network
   * @param handOver what is measured already
   * @param measuredRun runs some of its inferences on one thread under the cost model it is given
   * @return rates that give back the sums of what was measured
   */
  public static CostRates of(
      NetworkPlan plan, HandOver handOver, Consumer<Function<NetworkPlan, CostModel>> measuredRun) {
    WorkSamples samples = new WorkSamples(plan);
    measuredRun.accept(same -> samples);
    return samples.rates(CostRates.SHIPPED.withHandOver(handOver), "calibrated on this machine");
  }

  /** Returns what a task takes from one thread to another and back. */
  static double taskNs(int cores) {
    long[] tasksNs = new long[EMPTY_TASKS];
    try (ComputePool pool = new ComputePool("calibration", cores)) {
      for (int i = 0; i < tasksNs.length; i++) {
        LockSupport.parkNanos(PAUSE_NS);
        long beganNs = System.nanoTime();
        pool.submit(Urgency.ONLINE, splitter -> splitter).toCompletableFuture().join();
        tasksNs[i] = System.nanoTime() - beganNs;
      }
    }
    return lowerQuartile(laterHalf(tasksNs));
  }

  /** Returns what was measured once the compiler had settled. */
  static long[] laterHalf(long[] timesNs) {
    return Arrays.copyOfRange(timesNs, timesNs.length / 2, timesNs.length);
  }

  /** Other work on the machine only ever adds to a time. */
  static long lowerQuartile(long[] timesNs) {
    long[] sorted = timesNs.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 4];
  }
}
