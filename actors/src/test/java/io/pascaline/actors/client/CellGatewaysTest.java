// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.RequestId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Which gateways of cells a client asks, whatever the named ones say of them. */
@Timeout(60)
class CellGatewaysTest {
  private static final String PATH = "/v1/models/m:0123456789abcdef";
  private static final String DIGEST = "0a";

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final List<GatewayDocuments> named = new ArrayList<>();
  private final List<GatewayDocuments> own = new ArrayList<>();
  private final Deque<Runnable> checks = new ArrayDeque<>();
  private long nowNs;
  private CellGateways gateways;

  @BeforeEach
  void start() throws IOException {
    for (int party = 0; party < 2; party++) {
      named.add(new GatewayDocuments());
      own.add(new GatewayDocuments());
      name(party, "a", own.get(party).address().toString());
      about(party, party, "a", DIGEST);
    }
    gateways =
        new CellGateways(
            List.of(gateway(0, named.get(0).address()), gateway(1, named.get(1).address())),
            PATH,
            DIGEST,
            this::gateway,
            checks::add,
            () -> nowNs);
  }

  @AfterEach
  void end() {
    named.forEach(GatewayDocuments::close);
    own.forEach(GatewayDocuments::close);
  }

  private HttpGateway gateway(int party, URI address) {
    return new HttpGateway(party, address, "token", http);
  }

  private void name(int party, String cell, String address) {
    named
        .get(party)
        .put(
            PATH + "/cells",
            "{\"cells\": [{\"cell\": \"" + cell + "\", \"gateway\": \"" + address + "\"}]}");
  }

  private void about(int server, int party, String cell, String digest) {
    GatewayDocuments documents = own.get(server);
    documents.put("/v1/gateway", "{\"party\": " + party + ", \"cell\": \"" + cell + "\"}");
    documents.put(PATH, "{\"planDigest\": \"" + digest + "\"}");
  }

  /** Asks for the cell, lets it be checked, and returns where its requests go then. */
  private List<URI> checked() {
    assertEquals(List.of(), gateways.of("a"), "no request waits for a check");
    assertEquals(1, checks.size());
    checks.poll().run();
    assertEquals(0, checks.size());
    return gateways.of("a").stream().map(HttpGateway::address).toList();
  }

  private void assertRouted() {
    assertEquals(List.of(), checked());
  }

  private List<URI> ownAddresses() {
    return own.stream().map(GatewayDocuments::address).toList();
  }

  @Test
  void shouldAskTheOwnGatewaysOnceBothHaveAnswered() {
    assertEquals(ownAddresses(), checked());
  }

  @Test
  void shouldStayWithTheNamedOnesIfOnePartyNamesNone() {
    named.get(1).put(PATH + "/cells", "{\"cells\": []}");
    assertRouted();
    assertEquals(0, own.get(1).askedCount());
  }

  @Test
  void shouldStayWithTheNamedOnesIfTheyDoNotKnowTheQuestion() {
    named.get(0).clear();
    assertRouted();
  }

  @Test
  void shouldStayWithTheNamedOnesIfNobodyAnswers() {
    own.get(1).close();
    assertRouted();
  }

  @Test
  void shouldNotTakeAnotherPartyCellOrPlan() {
    about(1, 0, "a", DIGEST);
    assertRouted();
    nowNs += TimeUnit.SECONDS.toNanos(11);
    about(1, 1, "b", DIGEST);
    assertRouted();
    nowNs += TimeUnit.SECONDS.toNanos(21);
    about(1, 1, "a", "0b");
    assertRouted();
    nowNs += TimeUnit.SECONDS.toNanos(41);
    about(1, 1, "a", DIGEST);
    assertEquals(ownAddresses(), checked());
  }

  @Test
  void shouldNotTakeAGatewayOfTheOtherParty() {
    name(1, "a", named.get(0).address().toString());
    assertRouted();
    assertEquals(1, named.get(0).askedCount(), "it was asked for the cells alone");

    nowNs += TimeUnit.SECONDS.toNanos(11);
    name(1, "a", own.get(0).address().toString());
    int askedBefore = own.get(0).askedCount();
    assertRouted();
    assertEquals(askedBefore, own.get(0).askedCount());
  }

  @Test
  void shouldSendNothingToAnAddressThatIsNotProtected() {
    List<URI> opened = new ArrayList<>();
    gateways =
        new CellGateways(
            List.of(gateway(0, named.get(0).address()), gateway(1, named.get(1).address())),
            PATH,
            DIGEST,
            (party, address) -> {
              opened.add(address);
              return gateway(party, address);
            },
            checks::add,
            () -> nowNs);
    for (String address :
        List.of("http://cell-a0.example:8443", "https://cell-a0.example/path", "no address")) {
      name(0, "a", address);
      assertRouted();
      nowNs += TimeUnit.MINUTES.toNanos(6);
    }
    assertEquals(List.of(), opened);
  }

  @Test
  void shouldCheckALostCellAgainAfterAWhile() {
    assertEquals(ownAddresses(), checked());
    gateways.lost("a", gateways.of("a"));
    assertEquals(List.of(), gateways.of("a"));
    nowNs += TimeUnit.SECONDS.toNanos(9);
    assertEquals(List.of(), gateways.of("a"));
    assertEquals(0, checks.size());
    nowNs += TimeUnit.SECONDS.toNanos(2);
    assertEquals(ownAddresses(), checked());
  }

  /** What answers a check may be silent to requests. */
  @Test
  void shouldAskTheNamedOnesAfterADeadline() {
    assertEquals(ownAddresses(), checked());
    CellAssignments cells =
        new CellAssignments(
            avoided -> CompletableFuture.completedFuture("a"), gateways, () -> nowNs);
    CellAssignments.Assignment direct = cells.of(new RequestId(1, 1)).join();
    cells.keep(direct);
    cells.lost(direct);
    CellAssignments.Assignment next = cells.of(new RequestId(1, 2)).join();
    assertTrue(direct.isDirect());
    assertFalse(next.isDirect());
  }

  /** Returns after how many seconds the cell is checked, in whole seconds. */
  private long secondsUntilACheck() {
    long seconds = 0;
    for (; checks.isEmpty(); seconds++) {
      nowNs += TimeUnit.SECONDS.toNanos(1);
      gateways.of("a");
    }
    return seconds - 1;
  }

  @Test
  void shouldCheckLessAndLessOftenWhereNoGatewayIsNamed() {
    named.get(0).put(PATH + "/cells", "{\"cells\": []}");
    assertRouted();
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 7; i++) {
      pauses.add(secondsUntilACheck());
      checks.poll().run();
    }
    assertEquals(List.of(10L, 20L, 40L, 80L, 160L, 300L, 300L), pauses);
  }

  /** What answers checks and no requests costs less and less; an answer ends that. */
  @Test
  void shouldRestLongerAfterEachLossUntilARequestIsAnswered() {
    assertEquals(ownAddresses(), checked());
    List<Long> pauses = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      List<HttpGateway> used = gateways.of("a");
      gateways.lost("a", used);
      gateways.lost("a", used);
      pauses.add(secondsUntilACheck());
      checks.poll().run();
    }
    gateways.answered("a", gateways.of("a"));
    gateways.lost("a", gateways.of("a"));
    pauses.add(secondsUntilACheck());
    assertEquals(List.of(10L, 20L, 40L, 10L), pauses);
  }

  @Test
  void shouldReadAnAddressAgainAfter4Minutes() throws IOException {
    assertEquals(ownAddresses(), checked());
    nowNs += TimeUnit.MINUTES.toNanos(4);
    gateways.of("a");
    assertEquals(0, checks.size());

    nowNs += 1;
    try (GatewayDocuments moved = new GatewayDocuments()) {
      own.get(0).close();
      own.set(0, moved);
      about(0, 0, "a", DIGEST);
      name(0, "a", moved.address().toString());
      assertEquals(2, gateways.of("a").size(), "no request waits for a check");
      gateways.of("a");
      assertEquals(1, checks.size());
      checks.poll().run();
      assertEquals(ownAddresses(), gateways.of("a").stream().map(HttpGateway::address).toList());
    }
  }

  @Test
  void shouldNotUseAnAddressThatWasChecked5MinutesAgo() {
    assertEquals(ownAddresses(), checked());
    nowNs += TimeUnit.MINUTES.toNanos(4) + 1;
    assertEquals(2, gateways.of("a").size());
    nowNs += TimeUnit.MINUTES.toNanos(1);
    assertEquals(List.of(), gateways.of("a"), "its check has not ended");
    checks.poll().run();
    assertEquals(2, gateways.of("a").size());
    nowNs += TimeUnit.MINUTES.toNanos(5) + 1;
    assertEquals(ownAddresses(), checked());
  }

  @Test
  void shouldLeaveAnAddressThatIsNotNamedAnyMore() {
    assertEquals(ownAddresses(), checked());
    named.get(1).put(PATH + "/cells", "{\"cells\": []}");
    nowNs += TimeUnit.MINUTES.toNanos(4) + 1;
    gateways.of("a");
    checks.poll().run();
    assertEquals(List.of(), gateways.of("a"));
    assertEquals(10, secondsUntilACheck());
  }

  @Test
  void shouldNotReturnToAGatewayThatFailedDuringItsCheck() {
    assertEquals(ownAddresses(), checked());
    nowNs += TimeUnit.MINUTES.toNanos(4) + 1;
    gateways.of("a");
    gateways.lost("a", gateways.of("a"));
    checks.poll().run();
    assertEquals(List.of(), gateways.of("a"));
    assertEquals(10, secondsUntilACheck());
  }

  @Test
  void shouldCheckFourCellsAtATime() {
    for (int i = 0; i < 10; i++) {
      gateways.of("cell-" + i);
    }
    assertEquals(4, checks.size());
    checks.poll().run();
    gateways.of("a");
    gateways.of("b");
    assertEquals(4, checks.size());
  }

  /** Whatever party 0 assigns: the cell that was asked for longest ago is forgotten first. */
  @Test
  void shouldRememberTheLatestCellsAlone() {
    assertEquals(ownAddresses(), checked());
    named.forEach(GatewayDocuments::close);
    for (int i = 0; i < 1_023; i++) {
      gateways.of("cell-" + i);
      checks.poll().run();
    }
    assertEquals(2, gateways.of("a").size());
    for (int i = 0; i < 1_023; i++) {
      gateways.of("further-" + i);
      checks.poll().run();
    }
    assertEquals(2, gateways.of("a").size());
    gateways.of("further-0");
    assertEquals(0, checks.size(), "it is known");
    gateways.of("cell-0");
    assertEquals(1, checks.size(), "it is not known any more");
  }

  /** It may have been changed while the check ran. */
  @Test
  void shouldUseAnAddressFor5MinutesFromTheStartOfItsCheck() {
    gateways.of("a");
    nowNs += TimeUnit.SECONDS.toNanos(4);
    checks.poll().run();
    nowNs += TimeUnit.SECONDS.toNanos(296);
    assertEquals(2, gateways.of("a").size());
    nowNs += 1;
    assertEquals(List.of(), gateways.of("a"));
  }

  /** A request may still be in flight when its cell's gateways have other addresses. */
  @Test
  void shouldKeepNewGatewaysWhateverARequestToFormerOnesMeets() throws IOException {
    assertEquals(ownAddresses(), checked());
    gateways.lost("a", gateways.of("a"));
    assertEquals(10, secondsUntilACheck());
    checks.poll().run();
    List<HttpGateway> former = gateways.of("a");
    nowNs += TimeUnit.MINUTES.toNanos(4) + 1;
    gateways.of("a");
    try (GatewayDocuments moved = new GatewayDocuments()) {
      own.get(0).close();
      own.set(0, moved);
      about(0, 0, "a", DIGEST);
      name(0, "a", moved.address().toString());
      checks.poll().run();
      gateways.lost("a", former);
      assertEquals(ownAddresses(), gateways.of("a").stream().map(HttpGateway::address).toList());

      gateways.answered("a", former);
      gateways.lost("a", gateways.of("a"));
      assertEquals(20, secondsUntilACheck(), "the new ones have answered nothing");
    }
  }

  /** Too many threads: the requests go on, and the cell is checked later. */
  @Test
  void shouldTakeACheckThatCannotStartForOneThatFailed() {
    Deque<Runnable> refused = new ArrayDeque<>();
    gateways =
        new CellGateways(
            List.of(gateway(0, named.get(0).address()), gateway(1, named.get(1).address())),
            PATH,
            DIGEST,
            this::gateway,
            check -> {
              if (refused.size() == 8) {
                checks.add(check);
              } else {
                refused.add(check);
                if (refused.size() % 2 == 0) {
                  throw new RejectedExecutionException("it has ended");
                }
                throw new OutOfMemoryError("unable to create native thread");
              }
            },
            () -> nowNs);
    for (int i = 0; i < 7; i++) {
      assertEquals(List.of(), gateways.of("cell-" + i));
    }
    assertEquals(List.of(), gateways.of("a"));
    assertEquals(8, refused.size());
    assertEquals(10, secondsUntilACheck());
    checks.poll().run();
    assertEquals(2, gateways.of("a").size());
  }
}
