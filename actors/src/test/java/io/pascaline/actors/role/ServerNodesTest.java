// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.CanaryCounts;
import io.pascaline.actors.api.PartyClient;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.layers.canary.CanaryMaker;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.PairIdentities;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server, its dealer and clients that are party 1, over sealed links. */
@Timeout(180)
class ServerNodesTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int CLIENTS = 3;

  /** Of the test with many; those of it that are killed are a tenth, and at least one. */
  private static final int MANY = Integer.getInteger("pascaline.pairs", 4);

  private static final long SEED = 91;

  @TempDir private Path folder;

  private final PairIdentities identities = new PairIdentities(Math.max(CLIENTS, MANY));
  private final CorrelationKey key = CorrelationKey.generate(RANDOM);
  private final FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
  private final NetworkPlan plan = NetworkPlan.decode(network.plan().encode());
  private final PlanCosts costs = plan.costs();
  private final ModelShare share = ModelShares.split(network, RANDOM)[0];
  private final List<AutoCloseable> started = new ArrayList<>();
  private DealerNode dealer;
  private ServerNode server;

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : started) {
      each.close();
    }
  }

  private RuntimeSettings runtime(String role, LinkSecurity security) {
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(4)
        .maxSessions(8)
        .connectTimeoutMs(60_000)
        .links(LinkSettings.builder(security).peerTimeoutMs(5_000).build())
        .limits(PartyLimits.builder().drainTimeoutMs(5_000).build())
        .state(new StateSettings(folder.resolve(role), true))
        .build();
  }

  private void startDealer(LinkAddress listen, int inferencesPerMinute) {
    dealer =
        DealerNode.startForServer(
            plan, key, listen, runtime("dealer", identities.dealer()), inferencesPerMinute);
    started.add(0, dealer);
  }

  private void startServer(LinkAddress listen) {
    server =
        ServerNode.start(
            share, key, listen, dealer.address(), runtime("server", identities.server()), 0);
    started.add(0, server);
  }

  private PartyClient client(int index) {
    PartyClient client =
        PrivateInferenceClient.asParty(plan)
            .listen(ANY_PORT)
            .server(server.address(), null)
            .dealer(dealer.address(), null)
            .runtime(runtime("client" + index, identities.client(index)))
            .requestTimeout(Duration.ofSeconds(60))
            .retry(RetryPolicy.never())
            .connect();
    started.add(0, client);
    return client;
  }

  private void start() {
    startDealer(ANY_PORT, 0);
    startServer(ANY_PORT);
  }

  @Test
  void shouldAnswerEachClientAndSendExactlyWhatThePlanPredicts() throws Exception {
    start();
    List<PartyClient> clients = new ArrayList<>();
    for (int i = 0; i < CLIENTS; i++) {
      clients.add(client(i));
    }
    for (PartyClient client : clients) {
      Fixtures.assertPipelined(network, client, 6, SEED);
    }
    for (PartyClient client : clients) {
      PartyTraffic traffic = client.counters().traffic(1);
      assertEquals(6, traffic.inferences());
      assertEquals(6L * costs.openings(1), traffic.rounds());
      assertEquals(6 * costs.online().by(1), traffic.openedBytesSent());
      assertEquals(6 * costs.online().by(0), traffic.openedBytesReceived());
      assertEquals(
          costs.setup().by(0),
          client.counters().links().receivedPayloadBytes(Role.PARTY, PayloadKind.SETUP));
      for (PayloadKind kind : PayloadKind.values()) {
        assertEquals(0, client.counters().links().receivedPayloadBytes(Role.DEALER, kind));
      }
      assertEquals(1, client.counters().epochs());
    }
    PartyTraffic all = server.counters().traffic();
    assertEquals(6L * CLIENTS, all.inferences());
    assertEquals(6 * CLIENTS * costs.online().by(0), all.openedBytesSent());
    assertEquals(6 * CLIENTS * costs.online().by(1), all.openedBytesReceived());
    assertEquals(6 * CLIENTS * costs.offlineBytes(), all.correctionBytesReceived());
    assertEquals(CLIENTS, server.counters().connected());
  }

  @Test
  void shouldCheckTheServerWithCanaries() throws Exception {
    start();
    CanarySet set =
        new CanaryMaker(network, List.of(Fixtures.image(new SplittableRandom(SEED)))).make(4);
    PartyClient client =
        PrivateInferenceClient.asParty(plan)
            .listen(ANY_PORT)
            .server(server.address(), null)
            .dealer(dealer.address(), null)
            .runtime(runtime("client0", identities.client(0)))
            .requestTimeout(Duration.ofSeconds(60))
            .canaries(set, 0.5)
            .connect();
    started.add(0, client);

    Fixtures.assertPipelined(network, client, 40, SEED);

    CanaryCounts counts = client.statistics().canaries();
    // Forty tosses of a coin before each session: none with a probability of 2^-40.
    assertTrue(counts.right() > 0);
    assertEquals(new CanaryCounts(counts.right(), 0, 0, counts.right()), counts);
    assertEquals(40 + counts.right(), client.counters().traffic(1).inferences());
  }

  @Test
  void shouldDealNothingForClientsThatDoNotAsk() throws Exception {
    start();
    PartyClient idle = client(0);
    PartyClient busy = client(1);
    Fixtures.await(idle.ready(4, Duration.ofSeconds(60)));

    Fixtures.assertPipelined(network, busy, 5, SEED);

    assertEquals(5L * plan.steps().size(), dealer.counters().corrections(0));
  }

  @Test
  void shouldServeOthersWhileOneIsLostAndAgainWhenItIsBack() throws Exception {
    start();
    PartyClient leaving = client(0);
    PartyClient staying = client(1);
    Fixtures.await(staying.ready(1, Duration.ofSeconds(60)));
    Fixtures.assertPipelined(network, leaving, 2, SEED);
    float[] image = Fixtures.image(new SplittableRandom(SEED));
    leaving.infer(image);
    leaving.transport().close();

    Fixtures.assertPipelined(network, staying, 12, SEED);
    leaving.close();
    PartyClient back = client(0);
    Fixtures.assertPipelined(network, back, 3, SEED);
    Fixtures.assertPipelined(network, staying, 3, SEED);

    assertEquals(1, staying.counters().epochs());
  }

  /** The next request finds its openings in advance at the server, before anything is dealt. */
  @Test
  void shouldBringTheOpeningsOfTheNextRequestWhileTheClientIsIdle() throws Exception {
    start();
    PartyClient client = client(0);

    for (int answered = 1; answered <= 3; answered++) {
      Fixtures.assertPipelined(network, client, 1, SEED + answered);
      // A request of its own brings one; without a pause before it, the last one may be on its way.
      while (server.counters().traffic().advanceBytesReceived()
          < (answered + 1) * costs.advanceBytes()) {
        new CountDownLatch(1).await(5, TimeUnit.MILLISECONDS);
      }
    }

    assertEquals(4 * costs.advanceBytes(), server.counters().traffic().advanceBytesReceived());
    assertEquals(3L * plan.steps().size(), dealer.counters().corrections(0));
  }

  /** Asks 96 times within 78 s: a client has 18 requests at once, and one more each second. */
  @Test
  void shouldApplyANewQuotaToClientsThatAreConnected() throws Exception {
    start();
    PartyClient client = client(0);
    int requests = 96;

    assertEquals(requests, askUntilRefused(client, requests));
    server.limitClients(1);
    assertTrue(askUntilRefused(client, requests) < requests);
    server.limitClients(0);
    assertEquals(requests, askUntilRefused(client, requests));
    assertEquals(1, client.counters().epochs());
  }

  /**
   * Asks until one is refused, which the client then repeats. Four at a time, so that the server
   * has room for them before it has released the former four.
   */
  private int askUntilRefused(PartyClient client, int most) throws Exception {
    long before = refusals(client);
    int asked = 0;
    while (asked < most && refusals(client) == before) {
      Fixtures.assertPipelined(network, client, 4, SEED);
      asked += 4;
    }
    return asked;
  }

  /** Returns how many sessions of a client its server has refused. */
  private static long refusals(PartyClient client) {
    return client.counters().failures(AbortReason.OVERLOADED);
  }

  /** Many at once, some of which vanish at random times: nobody else has a failed request. */
  @Test
  void shouldDisturbNobodyWhenSomeOfManyClientsVanish() throws Exception {
    int vanishing = Math.max(1, MANY / 10);
    start();
    List<PartyClient> clients = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      clients.add(client(i));
    }
    ExecutorService askers = Executors.newFixedThreadPool(MANY);
    List<Future<?>> staying = new ArrayList<>();
    List<Future<?>> leaving = new ArrayList<>();
    CountDownLatch halfway = new CountDownLatch(MANY);
    try {
      for (int i = 0; i < MANY; i++) {
        PartyClient client = clients.get(i);
        (i < vanishing ? leaving : staying)
            .add(
                askers.submit(
                    () -> {
                      Fixtures.assertPipelined(network, client, 4, SEED);
                      halfway.countDown();
                      Fixtures.assertPipelined(network, client, 8, SEED);
                      return null;
                    }));
      }
      assertTrue(halfway.await(100, TimeUnit.SECONDS));
      SplittableRandom random = new SplittableRandom(SEED);
      for (int i = 0; i < vanishing; i++) {
        Fixtures.assertPipelined(network, clients.get(MANY - 1 - i), 1 + random.nextInt(3), SEED);
        clients.get(i).transport().close();
      }
      for (Future<?> each : staying) {
        each.get(100, TimeUnit.SECONDS);
      }
    } finally {
      askers.shutdownNow();
    }
    for (int i = vanishing; i < MANY; i++) {
      assertTrue(clients.get(i).counters().traffic(1).inferences() >= 12);
      assertEquals(1, clients.get(i).counters().epochs());
    }
    assertEquals(vanishing, leaving.size());
    Fixtures.assertPipelined(network, clients.get(MANY - 1), 2, SEED);
  }

  /** Each role restarts in turn: nothing is wrong, and nothing is used twice. */
  @Test
  void shouldUseNothingTwiceThroughRestartsOfEachRole() throws Exception {
    start();
    PartyClient first = client(0);
    PartyClient second = client(1);
    for (PartyClient client : List.of(first, second)) {
      Fixtures.assertPipelined(network, client, 4, SEED);
    }
    LinkAddress dealerAddress = dealer.address();
    dealer.close();
    startDealer(dealerAddress, 0);
    for (PartyClient client : List.of(first, second)) {
      Fixtures.assertAnswersEventually(network, client, SEED + 1);
    }
    LinkAddress serverAddress = server.address();
    server.close();
    startServer(serverAddress);
    for (PartyClient client : List.of(first, second)) {
      Fixtures.assertAnswersEventually(network, client, SEED + 2);
    }
    first.close();
    Fixtures.assertAnswersEventually(network, client(0), SEED + 3);
    Fixtures.assertAnswersEventually(network, second, SEED + 4);
    close();

    long opened = 0;
    for (List<Path> pair : pairs()) {
      AuditCheck.Findings findings = AuditCheck.ofDirectories(pair);
      assertEquals(List.of(), findings.violations());
      assertTrue(findings.epochs() >= 3, findings.toString());
      opened += findings.opened();
    }
    assertTrue(opened > 0);
  }

  /** Returns the folders of each pair: dealer, server, and of all clients those that belong. */
  private List<List<Path>> pairs() throws IOException {
    List<List<Path>> pairs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(folder.resolve("server"))) {
      for (Path ofServer : folders.filter(Files::isDirectory).sorted().toList()) {
        Path ofDealer = folder.resolve("dealer").resolve(ofServer.getFileName());
        assertTrue(Files.isDirectory(ofDealer), ofDealer::toString);
        pairs.add(List.of(ofDealer, ofServer));
      }
    }
    assertEquals(2, pairs.size());
    pairs.add(List.of(folder.resolve("client0")));
    pairs.add(List.of(folder.resolve("client1")));
    return pairs;
  }

  @Test
  void shouldDealForAClientUpToItsQuota() throws Exception {
    startDealer(ANY_PORT, 3);
    startServer(ANY_PORT);
    PartyClient client = client(0);
    float[] image = Fixtures.image(new SplittableRandom(SEED));

    Fixtures.assertPipelined(network, client, 3, SEED);
    assertThrows(
        ExecutionException.class,
        () -> Fixtures.await(client.infer(image, Duration.ofMillis(500))));

    assertEquals(3L * plan.steps().size(), dealer.counters().corrections(0));
    // Another client has an account of its own.
    Fixtures.assertPipelined(network, client(1), 3, SEED);
  }

  @Test
  void shouldRefuseLinksInPlaintext() {
    RuntimeSettings open = runtime("server", LinkSecurity.Plain.INSECURE);

    assertThrows(
        IllegalArgumentException.class,
        () -> ServerNode.start(share, key, ANY_PORT, ANY_PORT, open, 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> DealerNode.startForServer(plan, key, ANY_PORT, open, 0));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            PrivateInferenceClient.asParty(plan)
                .server(ANY_PORT, null)
                .dealer(ANY_PORT, null)
                .runtime(open)
                .connect());
  }
}
