// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.party.RecordingLink;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server that is told to stop lets its clients' requests finish, on a clock of the test. */
class ServerDrainTest {
  private static final long SEED = 17;

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final ComputePool pool = new ComputePool("test", 1);
  private final TestProbe<Told> told = kit.createTestProbe();
  private final TestProbe<Done> waiter = kit.createTestProbe();
  private ActorRef<Server.Command> server;

  /** What a party was told. */
  private record Told(String party, Party.Command command) {}

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    pool.close();
  }

  /** Starts a server whose parties show what they are told, and end when their link closes. */
  private void start(long drainTimeoutMs) {
    FusedNetwork network = Fixtures.residual(SEED).with(Visibility.OWNED);
    PartyLimits limits = PartyLimits.builder().drainTimeoutMs(drainTimeoutMs).build();
    SecureRandom random = new SecureRandom();
    ServerSettings settings =
        new ServerSettings(
            ModelShares.split(network, random)[0].forClient(),
            CorrelationKey.generate(random),
            new byte[LinkMessage.NONCE_BYTES],
            pool,
            new PartyCapacity(Precomputation.of(1), 1, limits),
            new ClientCorrelationBudget(network.plan(), 1, 0, 0),
            client -> RoleState.inMemory(),
            fault -> {
              throw new AssertionError(fault);
            },
            new ServerCounters());
    server = kit.spawn(Server.create(settings, (routes, state, counters) -> shown()));
  }

  private Behavior<Party.Command> shown() {
    return Behaviors.receive(
        (context, message) -> {
          told.getRef().tell(new Told(context.getSelf().path().name(), message));
          return message instanceof Party.OnLink on && on.event() instanceof LinkEvent.Closed
              ? Behaviors.stopped()
              : Behaviors.same();
        });
  }

  private ClientPair join(String client) {
    LinkMessage.Hello hello =
        new LinkMessage.Hello(
            Role.PARTY,
            1,
            1,
            1,
            new byte[LinkMessage.PLAN_DIGEST_BYTES],
            new byte[LinkMessage.SHARING_ID_BYTES],
            new byte[LinkMessage.NONCE_BYTES]);
    ClientPair pair = new ClientPair(new RecordingLink(hello, client));
    server.tell(new Server.Joined(pair, null, null));
    return pair;
  }

  private void awaitOpened() {
    assertInstanceOf(Party.OnLink.class, told.receiveMessage().command());
  }

  private Party.Drain awaitDrain() {
    assertEquals(Party.Closing.INSTANCE, told.receiveMessage().command());
    return assertInstanceOf(Party.Drain.class, told.receiveMessage().command());
  }

  @ParameterizedTest
  @ValueSource(longs = {5_000, 40_000})
  void shouldLetRequestsFinishForTheDrainTimeout(long drainTimeoutMs) {
    start(drainTimeoutMs);
    join("alice");
    awaitOpened();
    server.tell(new Server.Drain(waiter.getRef()));
    awaitDrain();
    time.expectNoMessageFor(Duration.ofMillis(drainTimeoutMs - 1), waiter);
    time.timePasses(Duration.ofMillis(1));
    waiter.expectMessage(Done.getInstance());
  }

  @Test
  void shouldTakeNoRequestOfAClientThatJoinsMeanwhile() {
    start(40_000);
    server.tell(new Server.Drain(waiter.getRef()));
    waiter.expectMessage(Done.getInstance());
    join("alice");
    awaitDrain();
    awaitOpened();
  }

  @Test
  void shouldAskEachClientOnceAndAnswerWhoeverAsks() {
    start(40_000);
    join("alice");
    join("bob");
    awaitOpened();
    awaitOpened();
    TestProbe<Done> second = kit.createTestProbe();
    server.tell(new Server.Drain(waiter.getRef()));
    server.tell(new Server.Drain(second.getRef()));
    join("carol");
    Map<String, Party.Drain> asked = new HashMap<>();
    for (int message = 0; message < 3 * 2 + 1; message++) { // Carol's link opens, too.
      Told each = told.receiveMessage();
      if (each.command() instanceof Party.Drain drain) {
        asked.put(each.party(), drain);
      }
    }
    assertEquals(3, asked.size());
    asked.values().forEach(drain -> drain.replyTo().tell(Done.getInstance()));
    waiter.expectMessage(Done.getInstance());
    second.expectMessage(Done.getInstance());
  }

  @Test
  void shouldNotWaitForAPartyThatHasFailed() {
    start(40_000);
    ClientPair pair = join("alice");
    awaitOpened();
    server.tell(new Server.Drain(waiter.getRef()));
    awaitDrain();
    server.tell(new Server.OnPair(pair, new LinkEvent.Closed(pair.client(), "test")));
    waiter.expectMessage(Done.getInstance());
  }
}
