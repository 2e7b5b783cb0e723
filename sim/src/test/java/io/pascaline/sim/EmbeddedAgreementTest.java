package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.EmbeddedInference;
import io.pascaline.actors.RuntimeSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
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
 * test measures that, before and after, and says so where it gives up. The embedded run is taken at
 * its least disturbed, the quickest of many answers, as collections of garbage and late compilation
 * are not modelled.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EmbeddedAgreementTest {
  private static final long SEED = 5;
  private static final double TOLERANCE = 0.25;
  private static final int EMBEDDED_RUNS = 40;
  private static final int ATTEMPTS = 3;
  private static final int CORRELATIONS = 8;
  private static final long PROBE_NS = 300_000_000;
  private static final double QUIET_SHARE = 0.95;

  /**
   * Not for networks whose tasks take less than a tenth of a millisecond: see the documentation.
   */
  @ParameterizedTest(name = "{0}, {1}")
  @CsvSource({"resnet18, fused, 6000", "resnet20, honeybadger, 6000"})
  @EnabledIfSystemProperty(
      named = "pascaline.timing",
      matches = "true",
      disabledReason = "compares times: needs an idle machine and -Dpascaline.timing=true")
  void shouldAgreeWithAnEmbeddedRunInALan(
      final String name, final String activation, final long budgetMs) throws Exception {
    final CompiledNetwork network = TestNetworks.zoo(name, activation, SEED);
    double ratio = Double.NaN;
    for (int attempt = 0; attempt < ATTEMPTS && !(Math.abs(ratio - 1) < TOLERANCE); attempt++) {
      assumeQuiet(name);
      ratio = simulatedInPartsOfEmbedded(network, budgetMs);
      assumeQuiet(name);
    }
    assertEquals(1, ratio, TOLERANCE, "simulated in parts of embedded");
  }

  static double simulatedInPartsOfEmbedded(final CompiledNetwork network, final long budgetMs)
      throws Exception {
    final List<float[]> inputs =
        TestNetworks.inputs(network.plan().inputShape(), 2, new SplittableRandom(SEED));
    final CostRates rates = SimulatedInference.calibrate(network, inputs, budgetMs);
    long embeddedNs = Long.MAX_VALUE;
    try (EmbeddedInference service = EmbeddedInference.start(network, RuntimeSettings.defaults())) {
      for (int i = 0; i < EMBEDDED_RUNS; i++) {
        service.ready(CORRELATIONS, Duration.ofSeconds(60)).toCompletableFuture().get();
        embeddedNs =
            Math.min(
                embeddedNs,
                service.infer(inputs.get(0)).toCompletableFuture().get().onlineLatencyNs());
      }
    }
    final SimulationSettings settings =
        SimulationSettings.defaults()
            .withNetwork(NetworkModel.uniform(Profiles.parse("lan")))
            .withMachines(Layout.SHARED, Runtime.getRuntime().availableProcessors())
            .withCorrelations(CORRELATIONS, CORRELATIONS)
            .withCosts(rates::over);
    return SimulatedInference.run(network, inputs, settings).meanLatencyNs() / embeddedNs;
  }

  /** Gives up unless busy threads on all cores get nearly all of the processors' time. */
  private static void assumeQuiet(final String name) {
    final double share =
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
      final String reason =
          String.format(
              "EmbeddedAgreementTest skipped %s: other work leaves %.0f %% of a processor",
              name, 100 * share);
      System.out.println(reason);
      Assumptions.abort(reason);
    }
  }

  private static double processorShare() {
    final ThreadMXBean clock = ManagementFactory.getThreadMXBean();
    final long beganNs = System.nanoTime();
    final long beganCpuNs = clock.getCurrentThreadCpuTime();
    while (System.nanoTime() - beganNs < PROBE_NS) {
      Thread.onSpinWait();
    }
    return (double) (clock.getCurrentThreadCpuTime() - beganCpuNs) / (System.nanoTime() - beganNs);
  }
}
