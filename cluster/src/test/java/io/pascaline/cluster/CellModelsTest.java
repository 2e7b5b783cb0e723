// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewayCounters;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.gateway.InputDescription;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.testsupport.RightAnswers;
import io.pascaline.testsupport.SmallNetworks;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two operators whose cells and gateways serve two versions of a model, which come and go. */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class CellModelsTest {
  private static final int REQUESTS = 10;
  private static final int SIDE = 6;

  @TempDir private Path folder;

  private final SplittableRandom random = new SplittableRandom(51);
  private final FusedNetwork former = network();
  private final FusedNetwork next = network();
  private final String token = AccessToken.generate(new SecureRandom());
  private final List<GatewayNode> gateways = new ArrayList<>();
  private final List<Cell> cells = new ArrayList<>();

  /** A cell: a node in each operator's cluster, and three roles for each version. */
  private final class Cell {
    private final List<CellNode> nodes = new ArrayList<>();

    /** Those of the cell's parties; empty if they have none. */
    private final List<Gateway> ownGateways = new ArrayList<>();

    private final Map<FusedNetwork, EmbeddedInference> services = new HashMap<>();

    Cell(String name, boolean hasOwnGateways) {
      for (int party = 0; party < 2; party++) {
        if (hasOwnGateways) {
          ownGateways.add(Gateway.start(http().cell(name).build(), party));
        }
        nodes.add(
            CellNode.join(
                name,
                cluster(party, List.of(gateways.get(party).clusterAddress())),
                hasOwnGateways ? Optional.of(ownGateways.get(party).address()) : Optional.empty(),
                () -> {}));
      }
      cells.add(this);
    }

    void serve(FusedNetwork network) {
      EmbeddedInference service = EmbeddedInference.start(network, EmbeddedSettings.defaults());
      services.put(network, service);
      for (int party = 0; party < 2; party++) {
        if (!ownGateways.isEmpty()) {
          ownGateways.get(party).serve(service.clientEntrance(party), InputDescription.NONE);
        }
        nodes.get(party).serve(service.clientEntrance(party));
      }
    }

    void withdraw(FusedNetwork network) {
      List<Runnable> ends = new ArrayList<>();
      nodes.forEach(node -> ends.add(node.withdraw(network.plan())));
      ownGateways.forEach(own -> ends.add(own.withdraw(network.plan())));
      services.remove(network).close();
      ends.forEach(Runnable::run);
    }

    long answered(FusedNetwork network) {
      return services.get(network).counters(0).traffic(0).inferences();
    }

    /** Returns how many requests a party's own gateway has answered. */
    long direct(int party) {
      return ownGateways.get(party).counters().answered(GatewayCounters.Kind.INFER, 200);
    }

    void close() {
      nodes.forEach(CellNode::close);
      ownGateways.forEach(Gateway::close);
      services.values().forEach(EmbeddedInference::close);
    }
  }

  private FusedNetwork network() {
    return SmallNetworks.residual(random, 3, SIDE, () -> List.of(input()));
  }

  private float[] input() {
    return SmallNetworks.image(SmallNetworks.inputShape(SIDE).elementCount(), random);
  }

  @BeforeEach
  void startGateways() throws Exception {
    Operators.writePekko(folder);
    Files.write(
        folder.resolve("tokens"), List.of(TokenEntry.of("alice", token, Optional.empty()).line()));
    for (int party = 0; party < 2; party++) {
      gateways.add(GatewayNode.start(http().build(), cluster(party, List.of())));
    }
  }

  private GatewaySettings.Builder http() {
    return GatewaySettings.builder(folder.resolve("tokens"));
  }

  @AfterEach
  void close() {
    cells.forEach(Cell::close);
    gateways.forEach(GatewayNode::close);
  }

  private ClusterSettings cluster(int party, List<String> seeds) {
    return new ClusterSettings(
        party,
        "127.0.0.1",
        0,
        seeds,
        Optional.empty(),
        false,
        Optional.of(folder.resolve("pekko.conf")));
  }

  private void serve(FusedNetwork network) {
    for (int party = 0; party < 2; party++) {
      gateways
          .get(party)
          .serve(
              new GatewayNodeSettings(party, network.plan(), 64, 64, 100), InputDescription.NONE);
    }
  }

  private void awaitServing(FusedNetwork network, int count) {
    for (GatewayNode gateway : gateways) {
      Operators.await(
          () ->
              gateway.cells(network.plan()).stream().filter(load -> load.isServing()).count()
                  == count,
          count + " cells of a version");
    }
  }

  private GatewayClient client() {
    return PrivateInferenceClient.overGateways(
            gateways.get(0).address(), token, gateways.get(1).address(), token)
        .model(former.plan().name())
        .requestTimeout(Duration.ofSeconds(60))
        .connect();
  }

  private void assertAnswers(GatewayClient client, FusedNetwork network) throws Exception {
    RightAnswers right = new RightAnswers(network);
    for (int i = 0; i < REQUESTS; i++) {
      float[] input = input();
      InferenceResult result = client.infer(input).toCompletableFuture().get(60, TimeUnit.SECONDS);
      assertEquals(InferenceResult.version(network.plan()), result.modelVersion());
      assertNull(right.faultOf(input, result.logitWords()));
    }
  }

  /** As operators roll a version out: one cell has it before the other. */
  @Test
  void shouldSendRequestsOfAVersionToTheCellsThatHaveIt() throws Exception {
    Cell both = new Cell("both", false);
    Cell behind = new Cell("behind", false);
    both.serve(former);
    behind.serve(former);
    serve(former);
    awaitServing(former, 2);
    try (GatewayClient client = client()) {
      assertAnswers(client, former);
      assertTrue(both.answered(former) > 0 && behind.answered(former) > 0);

      both.serve(next);
      serve(next);
      awaitServing(next, 1);
      gateways.forEach(gateway -> gateway.makeDefault(next.plan()));
      try (GatewayClient newcomer = client()) {
        assertAnswers(newcomer, next);
      }
      assertEquals(REQUESTS, both.answered(next));
      assertAnswers(client, former);

      both.withdraw(former);
      awaitServing(former, 1);
      assertAnswers(client, former);

      behind.withdraw(former);
      awaitServing(former, 0);
      gateways.forEach(gateway -> gateway.withdraw(former.plan()));
      assertAnswers(client, next);
    }
    for (GatewayNode gateway : gateways) {
      assertEquals(
          List.of(next.plan().name()), gateway.plans().stream().map(p -> p.name()).toList());
      assertEquals(List.of(), gateway.cells(former.plan()));
    }
  }

  /** Returns the cells that a party's gateway names the own gateways of, for a version. */
  private List<String> listed(int party, FusedNetwork network) throws Exception {
    String path =
        "/v1/models/"
            + network.plan().name()
            + ":"
            + InferenceResult.version(network.plan())
            + "/cells";
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(gateways.get(party).address() + path))
            .header("Authorization", "Bearer " + token)
            .build();
    String body =
        HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
    return ConfigFactory.parseString(body).getConfigList("cells").stream()
        .map(each -> each.getString("cell"))
        .toList();
  }

  private void awaitDirect(GatewayClient client, FusedNetwork network, Cell cell) {
    long before = cell.direct(0);
    Operators.await(
        () -> {
          assertDoesNotThrow(() -> assertAnswers(client, network));
          return cell.direct(0) > before;
        },
        "a direct request");
  }

  @Test
  void shouldAskTheGatewaysOfCellsForTheVersionsThatTheyHave() throws Exception {
    Cell both = new Cell("both", true);
    Cell behind = new Cell("behind", true);
    both.serve(former);
    behind.serve(former);
    serve(former);
    awaitServing(former, 2);
    try (GatewayClient client = client()) {
      both.serve(next);
      serve(next);
      awaitServing(next, 1);
      for (int party = 0; party < 2; party++) {
        assertEquals(List.of("behind", "both"), listed(party, former));
        assertEquals(List.of("both"), listed(party, next));
      }
      gateways.forEach(gateway -> gateway.makeDefault(next.plan()));
      try (GatewayClient newcomer = client()) {
        awaitDirect(newcomer, next, both);
        long before = both.direct(0);
        assertAnswers(newcomer, next);
        assertEquals(REQUESTS, both.direct(0) - before);
        assertEquals(both.direct(0), both.direct(1));
        assertEquals(0, behind.direct(0));
      }
      awaitDirect(client, former, both);
      awaitDirect(client, former, behind);

      both.withdraw(former);
      awaitDirect(client, former, behind);
      for (int party = 0; party < 2; party++) {
        assertEquals(List.of("behind"), listed(party, former));
        assertEquals(List.of("both"), listed(party, next));
        assertEquals(behind.direct(0), behind.direct(party));
      }
    }
  }

  @Test
  void shouldRefuseAVersionThatIsServedAndTheOtherParty() {
    Cell cell = new Cell("a", false);
    cell.serve(former);
    serve(former);
    EmbeddedInference service = cell.services.get(former);

    for (int party = 0; party < 2; party++) {
      CellNode node = cell.nodes.get(party);
      int own = party;
      assertThrows(IllegalArgumentException.class, () -> node.serve(service.clientEntrance(own)));
      assertThrows(
          IllegalArgumentException.class, () -> node.serve(service.clientEntrance(1 - own)));
      GatewayNode gateway = gateways.get(party);
      for (int settings = 0; settings < 2; settings++) {
        GatewayNodeSettings again = new GatewayNodeSettings(settings, former.plan(), 64, 64, 100);
        assertThrows(
            IllegalArgumentException.class, () -> gateway.serve(again, InputDescription.NONE));
      }
    }
  }
}
