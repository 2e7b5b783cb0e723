package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.EmbeddedInference;
import io.pascaline.actors.RuntimeSettings;
import io.pascaline.layers.compile.QuantisedNetwork;
import io.pascaline.sim.compute.CostRates;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EmbeddedAgreementTest {
  private static final long SEED = 5;
  private static final int EMBEDDED_RUNS = 40;
  private static final long CALIBRATION_BUDGET_MS = 8_000;

  /**
   * The simulator counts processor time, so the embedded run is taken at its least disturbed: the
   * quickest of many answers.
   */
  @Test
  void shouldAgreeWithAnEmbeddedRunInALan() throws Exception {
    final QuantisedNetwork network = TestNetworks.zoo("resnet18", SEED);
    final List<float[]> inputs = TestNetworks.inputs(network, 2, SEED);
    final int cores = Runtime.getRuntime().availableProcessors();
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
}
