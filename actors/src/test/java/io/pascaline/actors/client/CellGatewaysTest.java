// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.pascaline.transport.link.RequestId;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
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
  private final List<Documents> named = new ArrayList<>();
  private final List<Documents> own = new ArrayList<>();
  private final Deque<Runnable> checks = new ArrayDeque<>();
  private long nowNs;
  private CellGateways gateways;

  /** Serves JSON documents to a token, and nothing else. */
  private static final class Documents implements AutoCloseable {
    private final Map<String, String> documents = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final HttpServer server;

    Documents() throws IOException {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.createContext("/", this::answer);
      server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
      asked.incrementAndGet();
      String document = documents.get(exchange.getRequestURI().getRawPath());
      byte[] body = (document == null ? "{}" : document).getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(document == null ? 404 : 200, body.length);
      exchange.getResponseBody().write(body);
      exchange.close();
    }

    URI address() {
      return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
      server.stop(0);
    }
  }

  @BeforeEach
  void start() throws IOException {
    for (int party = 0; party < 2; party++) {
      named.add(new Documents());
      own.add(new Documents());
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
    named.forEach(Documents::close);
    own.forEach(Documents::close);
  }

  private HttpGateway gateway(int party, URI address) {
    return new HttpGateway(party, address, "token", http);
  }

  private void name(int party, String cell, String address) {
    named
        .get(party)
        .documents
        .put(
            PATH + "/cells",
            "{\"cells\": [{\"cell\": \"" + cell + "\", \"gateway\": \"" + address + "\"}]}");
  }

  private void about(int server, int party, String cell, String digest) {
    Map<String, String> documents = own.get(server).documents;
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
    return own.stream().map(Documents::address).toList();
  }

  @Test
  void shouldAskTheOwnGatewaysOnceBothHaveAnswered() {
    assertEquals(ownAddresses(), checked());
  }

  @Test
  void shouldStayWithTheNamedOnesIfOnePartyNamesNone() {
    named.get(1).documents.put(PATH + "/cells", "{\"cells\": []}");
    assertRouted();
    assertEquals(0, own.get(1).asked.get());
  }

  @Test
  void shouldStayWithTheNamedOnesIfTheyDoNotKnowTheQuestion() {
    named.get(0).documents.clear();
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
    nowNs += TimeUnit.SECONDS.toNanos(11);
    about(1, 1, "a", "0b");
    assertRouted();
    nowNs += TimeUnit.SECONDS.toNanos(11);
    about(1, 1, "a", DIGEST);
    assertEquals(ownAddresses(), checked());
  }

  @Test
  void shouldNotTakeAGatewayOfTheOtherParty() {
    name(1, "a", named.get(0).address().toString());
    assertRouted();
    assertEquals(1, named.get(0).asked.get(), "it was asked for the cells alone");

    nowNs += TimeUnit.SECONDS.toNanos(11);
    name(1, "a", own.get(0).address().toString());
    int askedBefore = own.get(0).asked.get();
    assertRouted();
    assertEquals(askedBefore, own.get(0).asked.get());
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
      nowNs += TimeUnit.SECONDS.toNanos(11);
    }
    assertEquals(List.of(), opened);
  }

  @Test
  void shouldCheckALostCellAgainAfterAWhile() {
    assertEquals(ownAddresses(), checked());
    gateways.lost("a");
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

  @Test
  void shouldRememberSoManyCellsAtMost() {
    for (int i = 0; i < 1_024; i++) {
      gateways.of("cell-" + i);
    }
    assertEquals(1_024, checks.size());
    gateways.of("a");
    assertEquals(1_024, checks.size());
  }
}
