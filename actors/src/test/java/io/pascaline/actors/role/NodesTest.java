// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(180)
@SuppressWarnings("try") // Nodes serve by being there, and some tests close one early.
class NodesTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Identities identities = new Identities();
  private final CorrelationKey key0 = CorrelationKey.generate(RANDOM);
  private final CorrelationKey key1 = CorrelationKey.generate(RANDOM);

  private static RuntimeSettings runtime(long connectTimeoutMs) {
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(4)
        .maxSessions(16)
        .connectTimeoutMs(connectTimeoutMs)
        .build();
  }

  private PartyNode party(
      ModelShare share, DealerNode dealer, PartyNode party0, RuntimeSettings runtime) {
    return PartyNode.start(
        share,
        share.partyId() == 0 ? key0 : key1,
        ANY_PORT,
        dealer.address(),
        party0 == null ? null : party0.address(),
        runtime.toBuilder().links(identities.party(share.partyId())).build());
  }

  @Test
  void shouldAnswerOverUdpAndServeAgainAfterARestartOfTheDealer() throws Exception {
    FusedNetwork network = Fixtures.residual(11);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    RuntimeSettings runtime = runtime(60_000);
    LinkAddress dealerAddress;

    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                key0,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(shares[0], dealer, null, runtime);
        PartyNode party1 = party(shares[1], dealer, party0, runtime);
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(runtime.toBuilder().links(identities.client()).build())
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      Fixtures.assertPipelined(network, client, 10, 11);
      dealerAddress = dealer.address();
      dealer.close();
      try (DealerNode again =
          DealerNode.start(
              network.plan(),
              key0,
              key1,
              dealerAddress,
              runtime.toBuilder().links(identities.dealer()).build())) {
        Fixtures.assertAnswersEventually(network, client, 12);
        assertEquals(dealerAddress, again.address());
      }
    }
  }

  /** Whatever is not the client's own mistake ends the session; a mistake ends its image alone. */
  @Test
  void shouldRunBatchesOverUdpAndRefuseLargerOnes() throws Exception {
    FusedNetwork network = Fixtures.residual(13);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    // A quarter of the stock for what only one party has: the clients are not the only ones.
    RuntimeSettings runtime = runtime(60_000).toBuilder().precomputedCorrelations(12).build();
    SplittableRandom random = new SplittableRandom(13);
    List<float[]> images = Stream.generate(() -> Fixtures.image(random)).limit(4).toList();

    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                key0,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(shares[0], dealer, null, runtime);
        PartyNode party1 = party(shares[1], dealer, party0, runtime);
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(runtime.toBuilder().links(identities.client()).build())
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      float[] notFinite = images.get(3).clone();
      notFinite[5] = Float.NaN;
      List<CompletionStage<InferenceResult>> answers =
          client.infer(
              List.of(images.get(0), new float[1], images.get(1), notFinite, images.get(2)));
      assertEquals(5, answers.size());
      for (int image = 0; image < 3; image++) {
        Fixtures.assertAnswer(
            network, images.get(image), Fixtures.await(answers.get(2 * image)), 13);
      }
      for (int mistake : new int[] {1, 3}) {
        ExecutionException failed =
            assertThrows(ExecutionException.class, () -> Fixtures.await(answers.get(mistake)));
        assertInstanceOf(IllegalArgumentException.class, failed.getCause());
      }
      assertEquals(1, party0.traffic().sessions());
      assertEquals(3, party0.counters().inferences());

      for (CompletionStage<InferenceResult> answer : client.infer(images)) {
        ExecutionException failed =
            assertThrows(ExecutionException.class, () -> Fixtures.await(answer));
        InferenceException refused = assertInstanceOf(InferenceException.class, failed.getCause());
        assertEquals(AbortReason.BATCH_TOO_LARGE, refused.reason());
        assertTrue(refused.getMessage().contains("at most 3"), refused.getMessage());
      }
      assertThrows(IllegalArgumentException.class, () -> client.infer(List.<float[]>of()));
    }
  }

  @Test
  void shouldServeAgainAfterARestartOfAParty() throws Exception {
    FusedNetwork network = Fixtures.residual(13);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    RuntimeSettings runtime = runtime(60_000);

    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                key0,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(shares[0], dealer, null, runtime);
        PartyNode party1 = party(shares[1], dealer, party0, runtime);
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(runtime.toBuilder().links(identities.client()).build())
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      Fixtures.assertPipelined(network, client, 3, 13);
      LinkAddress address = party1.address();
      party1.close();
      try (PartyNode again =
          PartyNode.start(
              shares[1],
              key1,
              address,
              dealer.address(),
              party0.address(),
              runtime.toBuilder().links(identities.party(1)).build())) {
        Fixtures.assertAnswersEventually(network, client, 14);
        assertEquals(address, again.address());
      }
    }
  }

  @Test
  void shouldNameThePlanMismatchOfParties() throws Exception {
    FusedNetwork network = Fixtures.residual(15);
    FusedNetwork other = Fixtures.residual(16, 5);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    ModelShare[] others = ModelShares.split(other, RANDOM);
    RuntimeSettings runtime = runtime(60_000);

    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                key0,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(shares[0], dealer, null, runtime);
        PartyNode party1 = party(others[1], dealer, party0, runtime)) {
      String reason = party1.failure().toCompletableFuture().get(60, TimeUnit.SECONDS).detail();

      assertTrue(reason.contains("another model"), reason);
    }
  }

  @Test
  void shouldNameHalvesOfDifferentSharings() throws Exception {
    FusedNetwork network = Fixtures.residual(17);
    RuntimeSettings runtime = runtime(60_000);

    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                key0,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(ModelShares.split(network, RANDOM)[0], dealer, null, runtime);
        PartyNode party1 = party(ModelShares.split(network, RANDOM)[1], dealer, party0, runtime)) {
      String reason = party1.failure().toCompletableFuture().get(60, TimeUnit.SECONDS).detail();

      assertTrue(reason.contains("different sharings"), reason);
    }
  }

  @Test
  void shouldNoticeAKeyThatIsNotTheDealersBeforeComputingWithIt() throws Exception {
    FusedNetwork network = Fixtures.residual(22);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    RuntimeSettings runtime = runtime(60_000);

    CorrelationKey other = CorrelationKey.generate(RANDOM);
    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                other,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(shares[0], dealer, null, runtime);
        PartyNode party1 = party(shares[1], dealer, party0, runtime)) {
      String reason = party0.failure().toCompletableFuture().get(60, TimeUnit.SECONDS).detail();

      assertTrue(reason.contains("another key for party 0"), reason);
    }
  }

  @Test
  void shouldRefuseOneKeyForBothParties() {
    FusedNetwork network = Fixtures.residual(23);

    assertThrows(
        IllegalArgumentException.class,
        () ->
            DealerNode.start(
                    network.plan(),
                    key1,
                    key1,
                    ANY_PORT,
                    runtime(1000).toBuilder().links(identities.dealer()).build())
                .close());
  }

  @Test
  void shouldFailWhatIsAskedOfAClosedClient() throws Exception {
    FusedNetwork network = Fixtures.residual(24);
    LinkAddress nowhere = LinkAddress.udp("localhost", 1);
    CompletionStage<InferenceResult> waiting;
    try (PrivateInferenceClient client =
        PrivateInferenceClient.builder(network.plan())
            .listen(ANY_PORT)
            .party(0, nowhere, null)
            .party(1, nowhere, null)
            .runtime(runtime(60_000).toBuilder().links(identities.client()).build())
            .requestTimeout(Duration.ofSeconds(60))
            .retry(RetryPolicy.never())
            .connect()) {
      waiting = client.infer(Fixtures.image(new SplittableRandom(24)));
    }
    ExecutionException failed =
        assertThrows(
            ExecutionException.class,
            () -> waiting.toCompletableFuture().get(60, TimeUnit.SECONDS));

    assertEquals(AbortReason.SHUTTING_DOWN, ((InferenceException) failed.getCause()).reason());
  }

  @Test
  void shouldSayThatTheDealerIsNotThere() throws Exception {
    FusedNetwork network = Fixtures.residual(18);
    LinkAddress nowhere;
    try (DealerNode dealer =
        DealerNode.start(
            network.plan(),
            key0,
            key1,
            ANY_PORT,
            runtime(1000).toBuilder().links(identities.dealer()).build())) {
      nowhere = dealer.address();
    }

    try (PartyNode party0 =
        PartyNode.start(
            ModelShares.split(network, RANDOM)[0],
            key0,
            ANY_PORT,
            nowhere,
            null,
            runtime(500).toBuilder().links(identities.party(0)).build())) {
      String reason = party0.failure().toCompletableFuture().get(60, TimeUnit.SECONDS).detail();

      assertTrue(reason.startsWith("dealer: no answer from localhost:"), reason);
    }
  }

  @Test
  void shouldEndAtTheDeadlineWhenPartiesAreMissing() throws Exception {
    FusedNetwork network = Fixtures.residual(19);
    LinkAddress nowhere;
    try (DealerNode dealer =
        DealerNode.start(
            network.plan(),
            key0,
            key1,
            ANY_PORT,
            runtime(1000).toBuilder().links(identities.dealer()).build())) {
      nowhere = dealer.address();
    }

    try (PrivateInferenceClient client =
        PrivateInferenceClient.builder(network.plan())
            .listen(ANY_PORT)
            .party(0, nowhere, null)
            .party(1, nowhere, null)
            .runtime(runtime(60_000).toBuilder().links(identities.client()).build())
            .requestTimeout(Duration.ofMillis(300))
            .retry(RetryPolicy.never())
            .connect()) {
      ExecutionException failed =
          assertThrows(
              ExecutionException.class,
              () ->
                  client
                      .infer(Fixtures.image(new SplittableRandom(19)))
                      .toCompletableFuture()
                      .get(60, TimeUnit.SECONDS));

      assertEquals(AbortReason.DEADLINE, ((InferenceException) failed.getCause()).reason());
    }
  }

  @Test
  void shouldRefuseATakenPort() {
    FusedNetwork network = Fixtures.residual(20);
    RuntimeSettings runtime = runtime(1000);

    try (DealerNode dealer =
        DealerNode.start(
            network.plan(),
            key0,
            key1,
            ANY_PORT,
            runtime.toBuilder().links(identities.dealer()).build())) {
      TransportException taken =
          assertThrows(
              TransportException.class,
              () ->
                  DealerNode.start(
                      network.plan(),
                      key0,
                      key1,
                      dealer.address(),
                      runtime.toBuilder().links(identities.dealer()).build()));

      assertTrue(taken.getMessage().contains("taken"), taken.getMessage());
    }
  }

  @Test
  void shouldConnectWithinTheTimeout() throws Exception {
    FusedNetwork network = Fixtures.residual(21);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    RuntimeSettings runtime = runtime(60_000);

    try (DealerNode dealer =
            DealerNode.start(
                network.plan(),
                key0,
                key1,
                ANY_PORT,
                runtime.toBuilder().links(identities.dealer()).build());
        PartyNode party0 = party(shares[0], dealer, null, runtime);
        PartyNode party1 = party(shares[1], dealer, party0, runtime);
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(runtime.toBuilder().links(identities.client()).build())
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      client.ready(1, Duration.ofSeconds(60)).toCompletableFuture().get(60, TimeUnit.SECONDS);
      InferenceResult result =
          client
              .infer(Fixtures.image(new SplittableRandom(21)))
              .toCompletableFuture()
              .get(60, TimeUnit.SECONDS);

      assertEquals(network.plan().outputElementCount(), result.logits().length);
    }
  }
}
