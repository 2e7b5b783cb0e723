package io.pascaline.sim.compute;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.ring.Convolution2d;
import io.pascaline.protocols.ring.LinearKernel;
import io.pascaline.protocols.ring.PackedWeights;
import io.pascaline.protocols.ring.WorkSplitter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Finds this machine's rates by running real work for a short while: each by itself, none by what
 * an inference takes in the end.
 */
public final class Calibration {
  private static final int CHANNELS = 64;
  private static final int SIDE = 32;
  private static final int CONVOLUTIONS = 200;
  private static final int EMPTY_TASKS = 800;

  /** About as long as a thread sleeps between two tasks of an inference: it has to be woken. */
  static final long PAUSE_NS = 300_000;

  private Calibration() {}

  /**
   * Measures a network's own work, and what tasks and messages take beside it.
   *
   * @param plan the network
   * @param measuredRun runs some of its inferences on one thread under the cost model it is given
   * @return rates that give back the sums of what was measured
   */
  public static CostRates of(
      final NetworkPlan plan, final Consumer<Function<NetworkPlan, CostModel>> measuredRun) {
    final WorkSamples samples = new WorkSamples(plan);
    measuredRun.accept(same -> samples);
    final int cores = Runtime.getRuntime().availableProcessors();
    final Map<String, Double> others = new HashMap<>(CostRates.SHIPPED.unitNs());
    final MessageProbe.Found messages = MessageProbe.run();
    others.put(CostRates.MESSAGE, messages.messageNs());
    others.put(CostRates.BYTE, messages.byteNs());
    others.put(CostRates.TASK, taskNs(cores));
    return samples.rates(others, parallelEfficiency(cores), "calibrated on this machine");
  }

  /** What each further core adds to the first, on a convolution. */
  static double parallelEfficiency(final int cores) {
    if (cores == 1) {
      return 1;
    }
    final Convolution2d map =
        new Convolution2d(CHANNELS, SIDE, SIDE, CHANNELS, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    final LinearKernel kernel = LinearKernel.best();
    final PackedWeights weights = kernel.pack(map, new int[map.weightShape().elementCount()]);
    final int[] input = new int[map.inputShape().elementCount()];
    final int[] output = new int[map.outputShape().elementCount()];
    try (ComputePool pool = new ComputePool("calibration", cores)) {
      final long[] aloneNs = new long[CONVOLUTIONS];
      final long[] togetherNs = new long[CONVOLUTIONS];
      // In turn, so that whatever else the machine does slows both.
      for (int i = 0; i < CONVOLUTIONS; i++) {
        aloneNs[i] = convolutionNs(pool, kernel, weights, input, output, false);
        togetherNs[i] = convolutionNs(pool, kernel, weights, input, output, true);
      }
      final double speedUp =
          (double) lowerQuartile(laterHalf(aloneNs)) / lowerQuartile(laterHalf(togetherNs));
      return Math.max(0, Math.min(1, (speedUp - 1) / (cores - 1)));
    }
  }

  private static long convolutionNs(
      final ComputePool pool,
      final LinearKernel kernel,
      final PackedWeights weights,
      final int[] input,
      final int[] output,
      final boolean divided) {
    return pool.submit(
            Urgency.ONLINE,
            splitter -> {
              final long beganNs = System.nanoTime();
              kernel.apply(weights, input, output, divided ? splitter : WorkSplitter.sequential());
              return System.nanoTime() - beganNs;
            })
        .toCompletableFuture()
        .join();
  }

  /** What a task takes from one thread to another and back. */
  private static double taskNs(final int cores) {
    final long[] tasksNs = new long[EMPTY_TASKS];
    try (ComputePool pool = new ComputePool("calibration", cores)) {
      for (int i = 0; i < tasksNs.length; i++) {
        LockSupport.parkNanos(PAUSE_NS);
        final long beganNs = System.nanoTime();
        pool.submit(Urgency.ONLINE, splitter -> splitter).toCompletableFuture().join();
        tasksNs[i] = System.nanoTime() - beganNs;
      }
    }
    return lowerQuartile(laterHalf(tasksNs));
  }

  /** What was measured once the compiler had settled. */
  static long[] laterHalf(final long[] timesNs) {
    return Arrays.copyOfRange(timesNs, timesNs.length / 2, timesNs.length);
  }

  /** Other work on the machine only ever adds to a time. */
  static long lowerQuartile(final long[] timesNs) {
    final long[] sorted = timesNs.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 4];
  }
}
