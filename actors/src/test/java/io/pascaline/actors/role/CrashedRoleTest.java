// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.party.Party;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A role whose actor has ended says so, and does not look alive to its peers. */
@Timeout(180)
@SuppressWarnings("try") // Nodes serve by being there.
class CrashedRoleTest {
  private static final LinkAddress ANY_PORT = LinkAddress.udp("localhost", 0);
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Identities identities = new Identities();

  private static RuntimeSettings runtime(LinkSettings links) {
    // Only a link that is closed, and not one that is merely silent, ends within the test.
    return RuntimeSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(4)
        .links(links.toBuilder().peerTimeoutMs(600_000).build())
        .build();
  }

  private static RoleFailure await(CompletionStage<RoleFailure> failure) throws Exception {
    return failure.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "not within a minute: " + what);
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  @Test
  void shouldReportACrashedPartyAndCloseItsLinks() throws Exception {
    long seed = 31;
    FusedNetwork network = Fixtures.residual(seed);
    ModelShare[] shares = ModelShares.split(network, RANDOM);
    CorrelationKey[] keys = {CorrelationKey.generate(RANDOM), CorrelationKey.generate(RANDOM)};
    try (DealerNode dealer =
            DealerNode.start(
                network.plan(), keys[0], keys[1], ANY_PORT, runtime(identities.dealer()));
        PartyNode party0 =
            PartyNode.start(
                shares[0],
                keys[0],
                ANY_PORT,
                dealer.address(),
                null,
                runtime(identities.party(0)));
        PartyNode party1 =
            PartyNode.start(
                shares[1],
                keys[1],
                ANY_PORT,
                dealer.address(),
                party0.address(),
                runtime(identities.party(1)));
        PrivateInferenceClient client =
            PrivateInferenceClient.builder(network.plan())
                .listen(ANY_PORT)
                .party(0, party0.address(), null)
                .party(1, party1.address(), null)
                .runtime(runtime(identities.client()))
                .requestTimeout(Duration.ofSeconds(60))
                .retry(RetryPolicy.never())
                .connect()) {
      Fixtures.assertPipelined(network, client, 3, seed);
      long closedBefore = party0.transport().counters().closed();

      // Any exception in the actor does.
      party1.node().actor().tell(new Party.AwaitReady(0, null));

      RoleFailure failure = await(party1.failure());
      assertEquals(RoleFailure.Cause.CRASH, failure.cause());
      assertFalse(failure.detail().contains("\n"), failure.detail());
      await("party 0 learns of it", () -> party0.transport().counters().closed() > closedBefore);
      await("the client learns of it", () -> client.transport().counters().closed() > 0);
      assertFalse(party0.failure().toCompletableFuture().isDone());

      dealer.node().actor().<Object>unsafeUpcast().tell(new Dealer.OnLink(null));
      assertEquals(RoleFailure.Cause.CRASH, await(dealer.failure()).cause());
    }
  }

  @Test
  void shouldEndWhatIsAskedOfAClientThatHasFailed() throws Exception {
    FusedNetwork network = Fixtures.residual(32);
    LinkAddress nowhere = LinkAddress.udp("localhost", 1);
    try (PrivateInferenceClient client =
        PrivateInferenceClient.builder(network.plan())
            .listen(ANY_PORT)
            .party(0, nowhere, null)
            .party(1, LinkAddress.udp("localhost", 2), null)
            .runtime(runtime(identities.client()).toBuilder().connectTimeoutMs(1_000).build())
            .requestTimeout(Duration.ofMinutes(10))
            .connect()) {
      CompletableFuture<?> waiting =
          client.infer(Fixtures.image(new SplittableRandom(32))).toCompletableFuture();

      // Nobody answers within the connect timeout: the client fails, ten minutes before the
      // deadline.
      ExecutionException failed =
          assertThrows(ExecutionException.class, () -> waiting.get(60, TimeUnit.SECONDS));
      InferenceException reason = assertInstanceOf(InferenceException.class, failed.getCause());
      assertEquals(AbortReason.PEER_LOST, reason.reason());
      assertEquals(client.failure().toCompletableFuture().join(), reason.getMessage());
    }
  }

  private enum Order {
    THROW,
    FATAL,
    STOP
  }

  private static Behavior<Order> fragile() {
    return Behaviors.receive(Order.class)
        .onMessageEquals(
            Order.THROW,
            () -> {
              throw new IllegalStateException("as told");
            })
        .onMessageEquals(
            Order.FATAL,
            () -> {
              throw new OutOfMemoryError("as told");
            })
        .onMessageEquals(Order.STOP, Behaviors::stopped)
        .build();
  }

  @Test
  void shouldReportHoweverAnActorOfItsOwnSystemEnds() throws Exception {
    for (Order order : Order.values()) {
      FirstFailure failure = new FirstFailure();
      RoleHost host = RoleHost.own("fragile", failure);
      ActorRef<Order> actor = host.start(fragile(), "actor");

      actor.tell(order);

      RoleFailure reported = await(failure.reason());
      assertEquals(RoleFailure.Cause.CRASH, reported.cause(), order.name());
      assertEquals(order == Order.FATAL, reported.detail().contains("-Xmx"), reported.detail());
      host.close();
    }
  }

  @Test
  void shouldReportHoweverAnActorInSomebodyElsesSystemEnds() throws Exception {
    ActorTestKit kit = ActorTestKit.create();
    try {
      for (Order order : new Order[] {Order.THROW, Order.STOP}) {
        FirstFailure failure = new FirstFailure();
        RoleHost host = RoleHost.inside(kit.system(), "fragile", failure);
        host.start(fragile(), "actor").tell(order);

        assertEquals(RoleFailure.Cause.CRASH, await(failure.reason()).cause(), order.name());
        host.close();
      }
      assertFalse(kit.system().getWhenTerminated().toCompletableFuture().isDone());
    } finally {
      kit.shutdownTestKit();
    }
  }

  @Test
  void shouldReportNothingIfItIsStopped() {
    FirstFailure failure = new FirstFailure();
    RoleHost host = RoleHost.own("fragile", failure);
    host.start(fragile(), "actor");

    host.close();

    assertFalse(failure.hasFailed());
  }

  private static Behavior<ActorRef<String>> answering() {
    return Behaviors.receiveMessage(
        replyTo -> {
          replyTo.tell("here");
          return Behaviors.same();
        });
  }

  @Test
  void shouldEndOneRoleAndLeaveTheOthers() throws Exception {
    ActorTestKit kit = ActorTestKit.create();
    try {
      FirstFailure failure = new FirstFailure();
      RoleHost host = RoleHost.inside(kit.system(), "shared", failure);
      ActorRef<Order> ended = host.start(fragile(), "ended");
      ActorRef<ActorRef<String>> other = host.start(answering(), "other");
      TestProbe<String> probe = kit.createTestProbe(String.class);

      host.end(ended);
      host.end(ended);

      probe.expectTerminated(ended);
      other.tell(probe.getRef());
      assertEquals("here", probe.receiveMessage());
      assertFalse(failure.hasFailed());

      host.close();
      probe.expectTerminated(other);
      host.end(other);
      assertFalse(failure.hasFailed());
    } finally {
      kit.shutdownTestKit();
    }
  }
}
