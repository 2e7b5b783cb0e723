// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Simulated against real time, which can be compared only while the machine does nothing else: the
 * test measures that, before and after, and says so where it gives up.
 *
 * <p>Both sides are taken at the lower quartile, as rates are made: the simulator knows neither
 * collections of garbage nor other work, which only ever add to an embedded answer's time, and the
 * minimum would be the luck of one. Blocks of embedded answers and calibrations take turns in one
 * JVM after a common warm-up, so that both see the same compiled code and the same machine; the
 * medians of the blocks are compared. Nothing is tried again.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EmbeddedAgreementTest {
  private static final long SEED = 5;
  private static final double TOLERANCE = 0.25;
  private static final int WARM_UP_RUNS = 60;
  private static final int WARM_UP_MS = 5_000;
  private static final int BLOCKS = 5;
  private static final int RUNS_PER_BLOCK = 16;
  private static final int CORRELATIONS = 2;
  private static final long PROBE_NS = 300_000_000;
  private static final double QUIET_SHARE = 0.9;

  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"resnet18, fused, 1500", "resnet20, fused, 1500", "resnet20, honeybadger, 1500"})
  @EnabledIfSystemProperty(
      named = "pascaline.timing",
      matches = "true",
      disabledReason = "compares times: needs an idle machine and -Dpascaline.timing=true")
  void shouldAgreeWithAnEmbeddedRunInALan(String name, String activation, long calibrationMs)
      throws Exception {
    CompiledNetwork network = TestNetworks.zoo(name, activation, SEED);
    assumeQuiet(name);
    Ratio ratio = compare(network, calibrationMs);
    System.out.println(name + ", " + activation + ": " + ratio);
    assumeQuiet(name);
    assertEquals(1, ratio.simulatedInPartsOfEmbedded(), TOLERANCE, ratio::toString);
  }

  /** Medians of the blocks. */
  record Ratio(long simulatedNs, long embeddedNs) {
    double simulatedInPartsOfEmbedded() {
      return (double) simulatedNs / embeddedNs;
    }

    @Override
    public String toString() {
      return String.format(
          "simulated %.1f ms, embedded %.1f ms, ratio %.2f",
          simulatedNs / 1e6, embeddedNs / 1e6, simulatedInPartsOfEmbedded());
    }
  }

  static Ratio compare(CompiledNetwork network, long calibrationMs) throws Exception {
    List<float[]> inputs =
        TestNetworks.inputs(network.plan().inputShape(), 2, new SplittableRandom(SEED));
    embeddedNs(network, inputs, WARM_UP_RUNS);
    simulatedNs(network, inputs, WARM_UP_MS);
    long[] embedded = new long[BLOCKS];
    long[] simulated = new long[BLOCKS];
    for (int block = 0; block < BLOCKS; block++) {
      embedded[block] = embeddedNs(network, inputs, RUNS_PER_BLOCK);
      simulated[block] = simulatedNs(network, inputs, calibrationMs);
    }
    Arrays.sort(embedded);
    Arrays.sort(simulated);
    return new Ratio(simulated[BLOCKS / 2], embedded[BLOCKS / 2]);
  }

  private static long embeddedNs(CompiledNetwork network, List<float[]> inputs, int runs)
      throws Exception {
    EmbeddedSettings settings =
        EmbeddedSettings.builder().precomputedCorrelations(CORRELATIONS).build();
    long[] latenciesNs = new long[runs];
    try (EmbeddedInference service = EmbeddedInference.start(network, settings)) {
      for (int i = 0; i < runs; i++) {
        service.ready(CORRELATIONS, Duration.ofSeconds(60)).toCompletableFuture().get();
        latenciesNs[i] = service.infer(inputs.get(0)).toCompletableFuture().get().onlineLatencyNs();
      }
    }
    Arrays.sort(latenciesNs);
    return latenciesNs[runs / 4];
  }

  private static long simulatedNs(
      CompiledNetwork network, List<float[]> inputs, long calibrationMs) {
    CostRates rates = SimulatedInference.calibrate(network, inputs, calibrationMs);
    SimulationSettings settings =
        SimulationSettings.builder()
            .network(NetworkModel.uniform(Profiles.parse("lan")))
            .machines(Layout.SHARED, Runtime.getRuntime().availableProcessors())
            .correlations(CORRELATIONS, CORRELATIONS)
            .costs(rates::over)
            .build();
    return Math.round(SimulatedInference.run(network, inputs, settings).meanLatencyNs());
  }

  /** Gives up unless busy threads on all cores get nearly all of the processors' time. */
  private static void assumeQuiet(String name) {
    double share =
        IntStream.range(0, Runtime.getRuntime().availableProcessors())
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        EmbeddedAgreementTest::processorShare, task -> new Thread(task).start()))
            .toList()
            .stream()
            .mapToDouble(CompletableFuture::join)
            .min()
            .orElseThrow();
    if (share <= QUIET_SHARE) {
      String reason =
          String.format(
              "EmbeddedAgreementTest skipped %s: other work leaves %.0f %% of a processor",
              name, 100 * share);
      System.out.println(reason);
      Assumptions.abort(reason);
    }
  }

  private static double processorShare() {
    ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    long beganNs = System.nanoTime();
    long beganCpuNs = clock.getCurrentThreadCpuTime();
    while (System.nanoTime() - beganNs < PROBE_NS) {
      Thread.onSpinWait();
    }
    return (double) (clock.getCurrentThreadCpuTime() - beganCpuNs) / (System.nanoTime() - beganNs);
  }
}
