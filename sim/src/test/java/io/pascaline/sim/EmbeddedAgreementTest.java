package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.EmbeddedInference;
import io.pascaline.actors.RuntimeSettings;
import io.pascaline.layers.compile.QuantisedNetwork;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EmbeddedAgreementTest {
  private static final long SEED = 5;
  private static final int EMBEDDED_RUNS = 40;
  private static final long PROBE_NS = 300_000_000;
  private static final double QUIET_SHARE = 0.95;
  private static final long CALIBRATION_BUDGET_MS = 8_000;

  /**
   * The simulator counts processor time and the embedded run takes real time: they can be compared
   * only on a machine that does nothing else, and the test does not count on any other. The
   * embedded run is taken at its least disturbed, the quickest of many answers.
   *
   * <p>Not part of an ordinary run, as it measures the machine's whole time for half a minute. It
   * does not pass yet: see "What was verified" in docs/simulation.md.
   */
  @Test
  @EnabledIfSystemProperty(
      named = "pascaline.timing",
      matches = "true",
      disabledReason = "compares times: needs an idle machine and -Dpascaline.timing=true")
  void shouldAgreeWithAnEmbeddedRunInALan() throws Exception {
    final QuantisedNetwork network = TestNetworks.zoo("resnet18", SEED);
    final List<float[]> inputs = TestNetworks.inputs(network, 2, SEED);
    final int cores = Runtime.getRuntime().availableProcessors();
    assumeQuiet(cores);
    long embeddedNs = Long.MAX_VALUE;
    try (EmbeddedInference service = EmbeddedInference.start(network, RuntimeSettings.defaults())) {
      for (int i = 0; i < EMBEDDED_RUNS; i++) {
        service.ready(8, Duration.ofSeconds(60)).toCompletableFuture().get();
        embeddedNs =
            Math.min(
                embeddedNs,
                service.infer(inputs.get(0)).toCompletableFuture().get().onlineLatencyNs());
      }
    }
    final CostRates rates = SimulatedInference.calibrate(network, inputs, CALIBRATION_BUDGET_MS);
    final double simulatedNs =
        SimulatedInference.run(
                network,
                inputs,
                SimulationSettings.defaults()
                    .withNetwork(NetworkModel.uniform(Profiles.parse("lan")))
                    .withMachines(Layout.SHARED, cores)
                    .withCosts(rates::over))
            .meanLatencyNs();
    assertEquals(
        1, simulatedNs / embeddedNs, 0.25, "simulated in parts of embedded, " + embeddedNs);
  }

  /** Gives up unless busy threads on all cores get nearly all of the processors' time. */
  private static void assumeQuiet(final int cores) {
    final double share =
        IntStream.range(0, cores)
            .mapToObj(
                i ->
                    CompletableFuture.supplyAsync(
                        EmbeddedAgreementTest::processorShare, task -> new Thread(task).start()))
            .toList()
            .stream()
            .mapToDouble(CompletableFuture::join)
            .min()
            .orElseThrow();
    Assumptions.assumeTrue(
        share > QUIET_SHARE,
        () -> "other work takes the processors: a share of " + share + " is left");
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
