package io.pascaline.sim.compute;

import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.Urgency;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.ring.Convolution2d;
import io.pascaline.protocols.ring.LinearKernel;
import io.pascaline.protocols.ring.PackedWeights;
import io.pascaline.protocols.ring.WorkSplitter;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Function;

/** Finds this machine's rates by running real work for a short while. */
public final class Calibration {
  private static final int CHANNELS = 64;
  private static final int SIDE = 32;
  private static final int REPETITIONS = 15;

  private Calibration() {}

  /**
   * Measures a network's own work.
   *
   * @param plan the network
   * @param measuredRun runs some of its inferences on one thread under the cost model it is given
   * @return rates that give back the sums of what was measured
   */
  public static CostRates of(
      final NetworkPlan plan, final Consumer<Function<NetworkPlan, CostModel>> measuredRun) {
    final WorkSamples samples = new WorkSamples(plan);
    measuredRun.accept(same -> samples);
    return samples.rates(
        CostRates.SHIPPED,
        parallelEfficiency(Runtime.getRuntime().availableProcessors()),
        "calibrated on this machine");
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
      final double aloneNs =
          medianNs(() -> kernel.apply(weights, input, output, WorkSplitter.sequential()));
      final double togetherNs =
          medianNs(
              () ->
                  pool.submit(
                          Urgency.ONLINE,
                          splitter -> {
                            kernel.apply(weights, input, output, splitter);
                            return output;
                          })
                      .toCompletableFuture()
                      .join());
      return Math.max(0, Math.min(1, (aloneNs / togetherNs - 1) / (cores - 1)));
    }
  }

  private static double medianNs(final Runnable work) {
    final long[] timesNs = new long[REPETITIONS];
    for (int i = 0; i < REPETITIONS; i++) {
      final long beganNs = System.nanoTime();
      work.run();
      timesNs[i] = System.nanoTime() - beganNs;
    }
    Arrays.sort(timesNs);
    return timesNs[REPETITIONS / 2];
  }
}
