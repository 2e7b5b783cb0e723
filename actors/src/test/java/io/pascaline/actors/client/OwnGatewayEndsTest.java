// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** After which ends of a request a client asks a cell's own gateways no more. */
@Timeout(60)
class OwnGatewayEndsTest {
  private static final String PATH = "/v1/models/m:0123456789abcdef";
  private static final String INFER = PATH + ":infer";
  private static final String DIGEST = "0".repeat(64);
  private static final RequestId REQUEST = new RequestId(1, 2);
  private static final int OUTPUT_WORDS = 2;
  private static final long LONG_MS = 30_000;

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<Client.Command> client = kit.createTestProbe();
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<GatewayDocuments> servers = new ArrayList<>();
  private final AtomicLong nowNs = new AtomicLong();
  private final List<GatewayLink> links = new ArrayList<>();
  private CellGateways gateways;
  private GatewayLink link;

  /** Party 0 and party 1 as the user names them, and then their gateways in the cell. */
  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < 4; i++) {
      servers.add(new GatewayDocuments());
    }
    for (int party = 0; party < 2; party++) {
      GatewayDocuments own = own(party);
      servers
          .get(party)
          .put(
              PATH + "/cells",
              "{\"cells\": [{\"cell\": \"a\", \"gateway\": \"" + own.address() + "\"}]}");
      own.put("/v1/gateway", "{\"party\": " + party + ", \"cell\": \"a\"}");
      own.put(PATH, "{\"planDigest\": \"" + DIGEST + "\"}");
    }
    List<HttpGateway> named =
        List.of(gateway(0, servers.get(0).address()), gateway(1, servers.get(1).address()));
    gateways = new CellGateways(named, PATH, DIGEST, this::gateway, Runnable::run, nowNs::get);
    gateways.of("a");
    assertEquals(2, gateways.of("a").size());
    CellAssignments cells =
        new CellAssignments(
            avoided -> CompletableFuture.completedFuture("a"), gateways, nowNs::get);
    for (int party = 0; party < 2; party++) {
      links.add(
          GatewayLink.open(
              named.get(party),
              PATH,
              Hellos.party(party, new byte[32], new byte[LinkMessage.SHARING_ID_BYTES], 1),
              OUTPUT_WORDS,
              cells,
              client.ref(),
              () -> {}));
      client.receiveMessage();
    }
    link = links.get(0);
  }

  @AfterEach
  void end() {
    servers.forEach(GatewayDocuments::close);
    kit.shutdownTestKit();
  }

  private GatewayDocuments own(int party) {
    return servers.get(2 + party);
  }

  private HttpGateway gateway(int party, URI address) {
    return new HttpGateway(party, address, "token", http);
  }

  private boolean isKept() {
    return !gateways.of("a").isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "200, 12345678, true",
    "200, 1234, false",
    "200, 123456789, false",
    "200, 1234567, false",
    "400, urn:x:bad-request, false",
    "403, urn:x:forbidden, false",
    "404, urn:x:unknown-model, false",
    "429, urn:x:overloaded, true",
    "500, urn:x:internal-error, false",
    "502, a proxy's own page, false",
    "503, urn:x:cell-unavailable, false",
    "504, urn:x:deadline, false"
  })
  void shouldLeaveAfterEachEndWithoutAnAnswerButTooManyRequests(
      int status, String body, boolean isKept) {
    own(0)
        .put(
            INFER,
            status,
            body.startsWith("urn") ? "{\"type\": \"" + body + "\", \"detail\": \"d\"}" : body);
    link.send(new LinkMessage.InputShare(REQUEST, LONG_MS, new int[3]));
    client.receiveMessage(Duration.ofSeconds(30));
    assertEquals(isKept, isKept());
    assertEquals(1, servers.get(0).askedCount(), "it was asked for the cells alone");
  }

  @ParameterizedTest
  @EnumSource(
      value = AbortReason.class,
      names = {"CANCELLED", "DEADLINE"})
  void shouldLeaveWhatIsSilentUntilTheDeadlineButNotWhatTheCallerEnds(AbortReason reason) {
    own(0).put(INFER, 0, "");
    link.send(new LinkMessage.InputShare(REQUEST, LONG_MS, new int[3]));
    link.send(LinkMessage.RequestAbort.ofRequest(REQUEST, reason, "ended", 0));
    assertEquals(reason == AbortReason.CANCELLED, isKept());
  }

  @Test
  void shouldLeaveWhatDoesNotAnswerInTime() {
    own(0).put(INFER, 0, "");
    link.send(new LinkMessage.InputShare(REQUEST, 1, new int[3]));
    client.receiveMessage(Duration.ofSeconds(30));
    assertFalse(isKept());
  }

  /** A version can be replaced while the client asks a cell directly. */
  @Test
  void shouldNoteThatTheVersionIsGoneIfNoCellIsAssignedForIt() {
    HttpGateway named = gateway(0, servers.get(0).address());
    servers
        .get(0)
        .put(PATH + ":assign", 404, "{\"type\": \"urn:x:unknown-model\", \"detail\": \"d\"}");
    AtomicBoolean isGone = new AtomicBoolean();
    GatewayLink assigned =
        GatewayLink.open(
            named,
            PATH,
            Hellos.party(0, new byte[32], new byte[LinkMessage.SHARING_ID_BYTES], 1),
            OUTPUT_WORDS,
            new CellAssignments(
                avoided -> named.assign(PATH, avoided, Duration.ofSeconds(30)),
                gateways,
                System::nanoTime),
            client.ref(),
            () -> isGone.set(true));
    client.receiveMessage();
    assigned.send(new LinkMessage.InputShare(REQUEST, LONG_MS, new int[3]));
    client.receiveMessage(Duration.ofSeconds(30));
    assertTrue(isGone.get());
  }

  /** Sends both shares of a request, that of one party after the answer of the other. */
  private void ask(long request, int... parties) {
    for (int party : parties) {
      links
          .get(party)
          .send(new LinkMessage.InputShare(new RequestId(1, request), LONG_MS, new int[3]));
      client.receiveMessage(Duration.ofSeconds(30));
    }
  }

  /** Returns after how many whole seconds the cell is checked. */
  private long secondsUntilACheck() {
    int asked = servers.get(0).askedCount();
    long seconds = -1;
    while (servers.get(0).askedCount() == asked) {
      seconds++;
      nowNs.addAndGet(TimeUnit.SECONDS.toNanos(1));
      gateways.of("a");
    }
    return seconds;
  }

  /** The answers of one party alone are of no use, whatever its gateway and checks say. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldRestLongerAfterEachRequestThatOnePartyAloneAnswers(int silent) {
    own(1 - silent).put(INFER, "12345678");
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      own(silent).put(INFER, 502, "");
      ask(i, 1 - silent, silent);
      assertFalse(isKept());
      pauses.add(secondsUntilACheck());
      assertTrue(isKept());
    }
    own(silent).put(INFER, "12345678");
    ask(3, 0, 1);
    own(silent).put(INFER, 502, "");
    ask(4, 1 - silent, silent);
    pauses.add(secondsUntilACheck());
    assertEquals(List.of(10L, 20L, 40L, 10L), pauses);
  }
}
