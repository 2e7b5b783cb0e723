// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.epoch.Precomputation;
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
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How a server that is told to stop lets its clients' requests finish, on a clock of the test. */
class ServerDrainTest {
  private static final long SEED = 17;

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final ComputePool pool = new ComputePool("test", 1);
  private final TestProbe<Party.Command> parties = kit.createTestProbe();
  private final TestProbe<Done> waiter = kit.createTestProbe();
  private ActorRef<Server.Command> server;

  @AfterEach
  void close() {
    kit.shutdownTestKit();
    pool.close();
  }

  /** Starts a server whose parties show the test what they are told. */
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
    return Behaviors.receiveMessage(
        message -> {
          parties.getRef().tell(message);
          return Behaviors.same();
        });
  }

  private void join(String client) {
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
  }

  private void awaitOpened() {
    parties.expectMessageClass(Party.OnLink.class);
  }

  private Party.Drain awaitDrain() {
    assertEquals(Party.Closing.INSTANCE, parties.receiveMessage());
    return parties.expectMessageClass(Party.Drain.class);
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
}
