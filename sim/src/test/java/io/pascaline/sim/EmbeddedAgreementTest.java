package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.EmbeddedInference;
import io.pascaline.actors.RuntimeSettings;
import io.pascaline.layers.compile.QuantisedNetwork;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 240, unit = TimeUnit.SECONDS)
class EmbeddedAgreementTest {
  private static final long SEED = 5;

  @Test
  void shouldPrintBoth() throws Exception {
    final QuantisedNetwork network = TestNetworks.zoo("resnet18", SEED);
    final List<float[]> inputs = TestNetworks.inputs(network, 2, SEED);
    final int cores = Runtime.getRuntime().availableProcessors();
    final long[] latencies = new long[15];
    try (EmbeddedInference service = EmbeddedInference.start(network, RuntimeSettings.defaults())) {
      for (int i = 0; i < latencies.length; i++) {
        service.ready(8, Duration.ofSeconds(60)).toCompletableFuture().get();
        latencies[i] = service.infer(inputs.get(0)).toCompletableFuture().get().onlineLatencyNs();
      }
    }
    System.err.println(Arrays.toString(latencies));
    final var rates = SimulatedInference.calibrate(network, inputs, 5_000);
    System.err.println(rates.toFile());
    final SimulationResult result =
        SimulatedInference.run(
            network,
            inputs,
            SimulationSettings.defaults()
                .withNetwork(NetworkModel.uniform(Profiles.parse("lan")))
                .withMachines(Layout.SHARED, cores)
                .withCosts(rates::over));
    System.err.println(result.meanLatencyNs() + " real " + result.realNs());
    assertTrue(result.meanLatencyNs() > 0);
  }
}
