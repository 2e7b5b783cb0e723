// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.io.PrintStream;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * What the secure channel costs: the bundled network over UDP on loopback, two deployments at once
 * in this process, sealed and plain, asked in turn. On demand only: {@code
 * -Dpascaline.cost=INFERENCES}; the figures go to the test's output.
 */
@EnabledIfSystemProperty(named = "pascaline.cost", matches = "\\d+")
@Timeout(600)
@SuppressWarnings("try") // Nodes serve by being there.
class ChannelCostTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("127.0.0.1", 0);
  private static final int CALIBRATION_INPUTS = 8;
  private static final int IN_FLIGHT = 4;
  private static final long TIMEOUT_S = 60;

  /** One deployment of all roles. */
  private record Deployment(List<AutoCloseable> nodes, InferenceService client)
      implements AutoCloseable {
    static Deployment start(FusedNetwork network, List<LinkSettings> links, SecureRandom random) {
      ModelShare[] shares = ModelShares.split(network, random);
      CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
      RuntimeSettings runtime =
          RuntimeSettings.builder()
              .computeThreads(2)
              .precomputedCorrelations(8)
              .maxSessions(16)
              .connectTimeoutMs(30_000)
              .build();
      DealerNode dealer =
          DealerNode.start(
              network.plan(),
              keys[0],
              keys[1],
              ANY_PORT,
              runtime.toBuilder().links(links.get(0)).build());
      PartyNode party0 =
          PartyNode.start(
              shares[0],
              keys[0],
              ANY_PORT,
              dealer.address(),
              null,
              runtime.toBuilder().links(links.get(1)).build());
      PartyNode party1 =
          PartyNode.start(
              shares[1],
              keys[1],
              ANY_PORT,
              dealer.address(),
              party0.address(),
              runtime.toBuilder().links(links.get(2)).build());
      PrivateInferenceClient client =
          PrivateInferenceClient.builder(network.plan())
              .listen(ANY_PORT)
              .party(0, party0.address(), null)
              .party(1, party1.address(), null)
              .runtime(runtime.toBuilder().links(links.get(3)).build())
              .requestTimeout(Duration.ofSeconds(TIMEOUT_S))
              .retry(RetryPolicy.never())
              .connect();
      return new Deployment(List.of(client, party1, party0, dealer), client);
    }

    @Override
    public void close() throws Exception {
      for (AutoCloseable node : nodes) {
        node.close();
      }
    }
  }

  @Test
  void shouldCostAtMostFifteenPercentOfALatency() throws Exception {
    int count = Integer.getInteger("pascaline.cost");
    List<Double> ratios = new ArrayList<>();
    SplittableRandom inputs = new SplittableRandom(1);
    LoadedModel model = LoadedModel.load(null);
    List<float[]> calibration = new ArrayList<>();
    for (int i = 0; i < CALIBRATION_INPUTS; i++) {
      calibration.add(input(model, inputs));
    }
    FusedNetwork network =
        FusedCompiler.compile(model.graph(), calibration, FusedSettings.standard());
    SecureRandom random = new SecureRandom();
    List<LinkSettings> plain = new ArrayList<>();
    for (int role = 0; role < 4; role++) {
      plain.add(LinkSettings.of(LinkSecurity.Plain.INSECURE));
    }
    try (Deployment sealed = Deployment.start(network, sealed(random), random);
        Deployment open = Deployment.start(network, plain, random)) {
      Deployment[] both = {sealed, open};
      for (Deployment each : both) {
        each.client()
            .ready(1, Duration.ofSeconds(TIMEOUT_S))
            .toCompletableFuture()
            .get(TIMEOUT_S, TimeUnit.SECONDS);
      }
      latencies(both, model, inputs, count);
      for (int round = 1; round <= 3; round++) {
        double[][] times = latencies(both, model, inputs, count);
        double[] rates = new double[2];
        for (int i = 0; i < 2; i++) {
          rates[i] = rate(both[i].client(), model, inputs, count);
        }
        print(System.out, round, times, rates);
        ratios.add(quantile(times[0], 0.5) / quantile(times[1], 0.5));
      }
    }
    ratios.sort(null);
    assertTrue(ratios.get(1) <= 1.15, () -> "ratios of the medians " + ratios);
  }

  private static void print(PrintStream out, int round, double[][] times, double[] rates) {
    out.printf(
        "round %d: batch 1 sealed p50 %.2f ms, p90 %.2f ms; plain p50 %.2f ms, p90 %.2f ms; ratio"
            + " of the medians %.3f; throughput sealed %.0f/s, plain %.0f/s, ratio %.3f%n",
        round,
        quantile(times[0], 0.5),
        quantile(times[0], 0.9),
        quantile(times[1], 0.5),
        quantile(times[1], 0.9),
        quantile(times[0], 0.5) / quantile(times[1], 0.5),
        rates[0],
        rates[1],
        rates[0] / rates[1]);
  }

  /** Milliseconds of single inferences, the deployments taking turns. */
  private static double[][] latencies(
      Deployment[] both, LoadedModel model, SplittableRandom inputs, int count) throws Exception {
    double[][] times = new double[both.length][count];
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < both.length; k++) {
        int which = (i + k) % both.length;
        float[] input = input(model, inputs);
        long startNs = System.nanoTime();
        both[which].client().infer(input).toCompletableFuture().get(TIMEOUT_S, TimeUnit.SECONDS);
        times[which][i] = (System.nanoTime() - startNs) * 1e-6;
      }
    }
    return times;
  }

  private static double rate(
      InferenceService client, LoadedModel model, SplittableRandom inputs, int count)
      throws Exception {
    long startNs = System.nanoTime();
    List<CompletionStage<?>> flying = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      if (flying.size() == IN_FLIGHT) {
        flying.remove(0).toCompletableFuture().get(TIMEOUT_S, TimeUnit.SECONDS);
      }
      flying.add(client.infer(input(model, inputs)));
    }
    for (CompletionStage<?> last : flying) {
      last.toCompletableFuture().get(TIMEOUT_S, TimeUnit.SECONDS);
    }
    return count / ((System.nanoTime() - startNs) * 1e-9);
  }

  private static double quantile(double[] times, double part) {
    double[] sorted = times.clone();
    Arrays.sort(sorted);
    return sorted[(int) (part * (sorted.length - 1))];
  }

  private static float[] input(LoadedModel model, SplittableRandom random) {
    float[] input = new float[model.input().elementCount()];
    for (int i = 0; i < input.length; i++) {
      input[i] = (float) random.nextDouble();
    }
    return input;
  }

  /** Settings of dealer, party 0, party 1 and client with fresh identities. */
  private static List<LinkSettings> sealed(SecureRandom random) {
    Role[] roles = {Role.DEALER, Role.PARTY, Role.PARTY, Role.CLIENT};
    int[] partyIds = {-1, 0, 1, -1};
    List<PrivateIdentity> own = new ArrayList<>();
    for (int i = 0; i < roles.length; i++) {
      own.add(PrivateIdentity.generate(random));
    }
    List<LinkSettings> settings = new ArrayList<>();
    for (int self = 0; self < roles.length; self++) {
      List<PinnedPeers.Peer> peers = new ArrayList<>();
      for (int i = 0; i < roles.length; i++) {
        if (i != self) {
          peers.add(new PinnedPeers.Peer(own.get(i).publicIdentity(), roles[i], partyIds[i]));
        }
      }
      settings.add(LinkSettings.of(new LinkSecurity.Secured(own.get(self), PinnedPeers.of(peers))));
    }
    return settings;
  }
}
