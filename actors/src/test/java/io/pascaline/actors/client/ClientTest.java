// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.party.RecordingLink;
import io.pascaline.actors.role.Hellos;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A client whose links are the test's. */
class ClientTest {
  private static final NetworkPlan PLAN = Fixtures.residual(1).plan();
  private static final int MAX_WAITERS = 256;

  private final ActorTestKit kit = ActorTestKit.create();
  private final TestProbe<Client.Reply> replies = kit.createTestProbe();
  private final ActorRef<Client.Command> client =
      kit.spawn(
          Client.create(
              new ClientSettings(
                  PLAN,
                  ClientSettings.Asked.BOTH_PARTIES,
                  60_000,
                  Retries.ofRefusals(),
                  () -> 0,
                  new ClientCounters(),
                  fault -> {
                    throw new AssertionError(fault);
                  })));

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  private void open(int party) {
    LinkMessage.Hello hello =
        Hellos.party(party, PLAN.digest(), new byte[LinkMessage.SHARING_ID_BYTES], 1);
    client.tell(new Client.OnLink(new LinkEvent.Opened(new RecordingLink(hello))));
  }

  /** Who has waited in vain does not say so: what it leaves behind must not grow. */
  @Test
  void shouldFailTheOldestOfTooManyThatWaitForTheParties() {
    for (int waiter = 0; waiter <= MAX_WAITERS; waiter++) {
      client.tell(new Client.AwaitParties(replies.getRef()));
    }
    assertEquals(AbortReason.OVERLOADED, replies.expectMessageClass(Client.Failed.class).reason());
    open(0);
    open(1);
    for (int waiter = 0; waiter < MAX_WAITERS; waiter++) {
      replies.expectMessage(Client.Connected.INSTANCE);
    }
  }
}
