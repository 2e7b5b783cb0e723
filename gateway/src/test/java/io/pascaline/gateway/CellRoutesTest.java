// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkListener;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What gateways with cells answer, whatever a client says of cells. */
@Timeout(120)
class CellRoutesTest {
  private static final URI OWN_GATEWAY = URI.create("https://cell-a.example");

  @TempDir private Path folder;

  private final List<Gateway> gateways = new ArrayList<>();
  private final List<String> avoided = new CopyOnWriteArrayList<>();
  private Deployment deployment;
  private volatile boolean serves = true;

  /** One cell, "a", which is the party of the deployment. */
  private final class OneCell implements Entrances {
    private final Entrances party;

    OneCell(int partyId) {
      party = new OneEntrance(deployment.service.clientEntrance(partyId), Optional.empty());
    }

    @Override
    public int partyId() {
      return party.partyId();
    }

    @Override
    public NetworkPlan plan() {
      return party.plan();
    }

    @Override
    public int maxRequests() {
      return party.maxRequests();
    }

    @Override
    public int maxRequestsOfOne() {
      return party.maxRequestsOfOne();
    }

    @Override
    public long retryAfterMs() {
      return party.retryAfterMs();
    }

    @Override
    public PartyReadiness readiness() {
      return serves ? party.readiness() : PartyReadiness.NONE;
    }

    @Override
    public boolean hasCells() {
      return true;
    }

    @Override
    public Map<String, URI> cellGateways() {
      return Map.of("a", OWN_GATEWAY);
    }

    @Override
    public Optional<String> assign(String cell) {
      avoided.add(cell);
      return serves && partyId() == 0 ? Optional.of("a") : Optional.empty();
    }

    @Override
    public Optional<LinkListener> listener(String cell) {
      return serves && cell.equals("a") ? party.listener(cell) : Optional.empty();
    }

    @Override
    public Set<LinkListener> listeners() {
      return party.listeners();
    }
  }

  @BeforeEach
  void start() {
    deployment = Deployment.usual(folder);
    for (int party = 0; party < 2; party++) {
      gateways.add(
          Gateway.start(GatewaySettings.builder(deployment.tokens).build(), new OneCell(party)));
    }
  }

  @AfterEach
  void end() {
    gateways.forEach(Gateway::close);
    deployment.close();
  }

  private HttpRequest.Builder request(int party, String path) {
    return at(gateways, party, path);
  }

  private HttpRequest.Builder at(List<Gateway> where, int party, String path) {
    return HttpRequest.newBuilder(URI.create(where.get(party).address() + path))
        .header("Authorization", "Bearer " + deployment.alice);
  }

  private HttpRequest.Builder infer(int party, String id, byte[] share) {
    return infer(gateways, party, id, share);
  }

  private HttpRequest.Builder infer(List<Gateway> where, int party, String id, byte[] share) {
    return at(where, party, "/v1/models/small:infer")
        .header("Content-Type", "application/octet-stream")
        .header("Pascaline-Request", id)
        .header("Pascaline-Plan", deployment.digest())
        .POST(BodyPublishers.ofByteArray(share));
  }

  private HttpRequest.Builder assign(int party) {
    return request(party, "/v1/models/small:assign").POST(BodyPublishers.noBody());
  }

  private void assertRefused(int status, String code, HttpRequest.Builder request)
      throws Exception {
    HttpResponse<byte[]> response = deployment.send(request);
    assertEquals(code, Deployment.code(response));
    assertEquals(status, response.statusCode());
  }

  @Test
  void shouldAnswerWhereBothSharesNameTheAssignedCell() throws Exception {
    String cell = Deployment.json(deployment.send(assign(0))).path("cell").asText();
    assertEquals("a", cell);
    String id = Deployment.freshId();
    List<byte[]> shares = deployment.shares(deployment.input());
    List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
    for (int party = 0; party < 2; party++) {
      responses.add(
          deployment.sendLater(infer(party, id, shares.get(party)).header("Pascaline-Cell", cell)));
    }
    for (int party = 0; party < 2; party++) {
      HttpResponse<byte[]> response = responses.get(party).get(30, TimeUnit.SECONDS);
      assertEquals(200, response.statusCode());
      assertEquals(
          party == 0 ? Optional.of("a") : Optional.empty(),
          response.headers().firstValue("Pascaline-Next-Cell"));
    }
  }

  @Test
  void shouldRefuseRequestsWithoutACellThatIsThere() throws Exception {
    byte[] share = deployment.share();
    for (int party = 0; party < 2; party++) {
      assertRefused(400, "cell-missing", infer(party, Deployment.freshId(), share));
      assertRefused(
          503,
          "cell-unavailable",
          infer(party, Deployment.freshId(), share).header("Pascaline-Cell", "b"));
      for (String malformed : List.of("a b", "a/b", "a".repeat(65))) {
        assertRefused(
            400,
            "malformed-request",
            infer(party, Deployment.freshId(), share).header("Pascaline-Cell", malformed));
      }
      assertEquals(0, gateways.get(party).requestCount());
    }
  }

  @Test
  void shouldAssignAtParty0AloneAndOnlyWhatServes() throws Exception {
    assertRefused(404, "no-cells", assign(1));
    assertRefused(
        404, "unknown-model", request(0, "/v1/models/other:assign").POST(BodyPublishers.noBody()));
    deployment.send(assign(0).header("Pascaline-Avoided-Cell", "b"));
    assertEquals(List.of("b"), avoided);
    serves = false;
    assertRefused(503, "no-cell", assign(0));
    assertEquals(503, deployment.send(request(0, "/health/ready")).statusCode());

    // A gateway in its party's process has none to assign.
    assertRefused(
        404,
        "no-cells",
        deployment
            .get(0, "/v1/models/small:assign")
            .header("Authorization", "Bearer " + deployment.alice)
            .POST(BodyPublishers.noBody()));
  }

  @Test
  void shouldTellClientsWhetherThereAreCells() throws Exception {
    assertTrue(
        Deployment.json(deployment.send(request(0, "/v1/gateway"))).path("cells").asBoolean());
    assertEquals(
        "false",
        Deployment.json(deployment.send(deployment.get(0, "/v1/gateway"))).path("cells").asText());
  }

  @Test
  void shouldNameTheOwnGatewaysOfCells() throws Exception {
    for (int party = 0; party < 2; party++) {
      JsonNode cells =
          Deployment.json(deployment.send(request(party, "/v1/models/small/cells"))).path("cells");
      assertEquals(1, cells.size());
      assertEquals("a", cells.path(0).path("cell").asText());
      assertEquals(OWN_GATEWAY.toString(), cells.path(0).path("gateway").asText());
      assertRefused(404, "unknown-model", request(party, "/v1/models/other/cells"));
      assertEquals(
          401,
          deployment
              .send(
                  HttpRequest.newBuilder(
                      URI.create(gateways.get(party).address() + "/v1/models/small/cells")))
              .statusCode());
    }
    assertRefused(
        404,
        "no-cells",
        deployment
            .get(0, "/v1/models/small/cells")
            .header("Authorization", "Bearer " + deployment.alice));
  }

  /** The gateway of a cell's party takes what names its cell, and what names none. */
  @Test
  void shouldTakeRequestsOfItsOwnCellInACell() throws Exception {
    List<Gateway> own = new ArrayList<>();
    try {
      for (int party = 0; party < 2; party++) {
        own.add(
            Gateway.start(
                GatewaySettings.builder(deployment.tokens).cell("a").build(),
                deployment.service.clientEntrance(party)));
        JsonNode form = Deployment.json(deployment.send(at(own, party, "/v1/gateway")));
        assertEquals("a", form.path("cell").asText());
        assertFalse(form.path("cells").asBoolean());
        assertRefused(
            503,
            "cell-unavailable",
            infer(own, party, Deployment.freshId(), deployment.share())
                .header("Pascaline-Cell", "b"));
      }
      for (String cell : List.of("a", "")) {
        String id = Deployment.freshId();
        List<byte[]> shares = deployment.shares(deployment.input());
        List<CompletableFuture<HttpResponse<byte[]>>> responses = new ArrayList<>();
        for (int party = 0; party < 2; party++) {
          HttpRequest.Builder request = infer(own, party, id, shares.get(party));
          responses.add(
              deployment.sendLater(
                  cell.isEmpty() ? request : request.header("Pascaline-Cell", cell)));
        }
        for (CompletableFuture<HttpResponse<byte[]>> response : responses) {
          assertEquals(200, response.get(30, TimeUnit.SECONDS).statusCode());
        }
      }

      // Who names the cell has others; who does not is asked to wait.
      own.get(0).drain();
      byte[] share = deployment.share();
      assertRefused(
          503,
          "cell-unavailable",
          infer(own, 0, Deployment.freshId(), share).header("Pascaline-Cell", "a"));
      assertRefused(503, "shutting-down", infer(own, 0, Deployment.freshId(), share));
    } finally {
      own.forEach(Gateway::close);
    }
  }

  @Test
  void shouldNotBeInACellAndBeforeCells() {
    GatewaySettings.Builder settings = GatewaySettings.builder(deployment.tokens);
    assertThrows(
        IllegalArgumentException.class,
        () -> Gateway.start(settings.cell("a").build(), new OneCell(0)));
    assertThrows(IllegalArgumentException.class, () -> settings.cell("a cell").build());
  }

  @Test
  void shouldAssignNothingToWhoHasNoToken() throws Exception {
    HttpResponse<byte[]> response =
        deployment.send(
            HttpRequest.newBuilder(
                    URI.create(gateways.get(0).address() + "/v1/models/small:assign"))
                .POST(BodyPublishers.noBody()));
    assertEquals(401, response.statusCode());
    assertEquals(List.of(), avoided);
  }
}
