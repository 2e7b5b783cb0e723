// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InputGateTest {
  private static final int MAX_BATCH = 2;
  private static final int MAX_WAITING = 8;
  private static final int MAX_OF_ONE = 3;
  private static final LinkMessage INPUT =
      new LinkMessage.InputShare(new RequestId(1, 2), 3, new int[1]);
  private static final LinkMessage ABORT =
      new LinkMessage.RequestAbort(
          0, LinkMessage.NO_SESSION, new RequestId(1, 2), AbortReason.CANCELLED, "x".repeat(512));

  private int maxOfOne = MAX_OF_ONE;
  private final PartyCounters counters = new PartyCounters();
  private final InputGate gate =
      new InputGate(1, MAX_BATCH, MAX_WAITING, () -> maxOfOne, 50, counters);

  private int letThrough(Link link, LinkMessage message, int count) {
    int passed = 0;
    for (int i = 0; i < count; i++) {
      passed += gate.handOver(link, message) ? 1 : 0;
    }
    return passed;
  }

  @Test
  void shouldBoundWhatOneClientHasInTheMailboxWhateverItSays() {
    Named client = new Named("a");
    for (LinkMessage message : List.of(INPUT, ABORT)) {
      assertEquals(most(message, MAX_OF_ONE), letThrough(client, message, 100));
      gate.taken(client, message);
      assertEquals(1, letThrough(client, message, 100));
    }
    assertEquals(100 - MAX_OF_ONE + 99, client.said.size());
    assertEquals(100 - MAX_OF_ONE + 99, counters.refusals(AbortReason.OVERLOADED));
    assertEquals(100 - most(ABORT, MAX_OF_ONE) + 99, counters.ignoredMessages());
  }

  @Test
  void shouldFollowABoundThatChanges() {
    Named client = new Named("a");
    assertEquals(MAX_OF_ONE, letThrough(client, INPUT, 100));
    maxOfOne = MAX_OF_ONE + 2;
    assertEquals(2, letThrough(client, INPUT, 100));
    maxOfOne = 1;
    for (int taken = 0; taken < MAX_OF_ONE + 2; taken++) {
      gate.taken(client, INPUT);
    }
    assertEquals(1, letThrough(client, INPUT, 100));
  }

  private static int most(LinkMessage message, int ofInputs) {
    return message == ABORT ? InputGate.ABORTS_PER_INPUT * ofInputs : ofInputs;
  }

  /** By identity: another link of the same client gets no more. */
  @Test
  void shouldLeaveRoomForOthersWhenOneClientFloods() {
    letThrough(new Named("a"), INPUT, 100);
    letThrough(new Named("a"), ABORT, 100);
    assertFalse(gate.handOver(new Named("a"), INPUT));
    assertTrue(gate.handOver(new Named("b"), INPUT));
    assertTrue(gate.handOver(new Named("b"), ABORT));
  }

  @Test
  void shouldBoundWhatAllClientsHaveInTheMailbox() {
    for (LinkMessage message : List.of(INPUT, ABORT)) {
      int passed = 0;
      for (int client = 0; client < 100; client++) {
        passed += letThrough(new Named("client " + client), message, 2);
      }
      assertEquals(most(message, MAX_WAITING), passed);
    }
  }

  /** Each image of an input takes the room of one, and gives it back. */
  @Test
  void shouldCountImages() {
    LinkMessage two = new LinkMessage.InputShare(new RequestId(1, 2), 3, new int[2]);
    Named client = new Named("a");
    assertEquals(MAX_OF_ONE / 2, letThrough(client, two, 100));
    assertEquals(MAX_OF_ONE % 2, letThrough(client, INPUT, 100));
    gate.taken(client, two);
    assertEquals(1, letThrough(client, two, 100));
    gate.taken(client, two);
    gate.taken(client, INPUT);
    assertEquals(MAX_OF_ONE, letThrough(client, INPUT, 100));
  }

  /** It is refused for its length, and not as if the party were busy. */
  @Test
  void shouldLetPassWhatIsLongerThanASession() {
    LinkMessage tooLong = new LinkMessage.InputShare(new RequestId(1, 2), 3, new int[1000]);
    Named client = new Named("a");
    assertEquals(MAX_OF_ONE / MAX_BATCH, letThrough(client, tooLong, 100));
    gate.taken(client, tooLong);
    assertEquals(MAX_OF_ONE, letThrough(client, INPUT, 100));
  }

  @Test
  void shouldForgetWhatWasNeverLetThrough() {
    Named client = new Named("a");
    gate.taken(client, INPUT);
    assertEquals(MAX_OF_ONE, letThrough(client, INPUT, 100));
    for (int i = 0; i < 2 * MAX_OF_ONE; i++) {
      gate.taken(client, INPUT);
    }
    assertEquals(MAX_OF_ONE, letThrough(client, INPUT, 100));
  }

  /** A client's link that keeps what is said on it. */
  private static final class Named implements Link {
    private final String identity;
    private final List<LinkMessage> said = new ArrayList<>();

    Named(String identity) {
      this.identity = identity;
    }

    @Override
    public String peerName() {
      return "client";
    }

    @Override
    public String peerIdentity() {
      return identity;
    }

    @Override
    public LinkMessage.Hello peerHello() {
      return Hellos.client(new byte[LinkMessage.PLAN_DIGEST_BYTES]);
    }

    @Override
    public boolean send(LinkMessage message) {
      return said.add(message);
    }

    @Override
    public long queuedBytes() {
      return 0;
    }

    @Override
    public boolean isOpen() {
      return true;
    }

    @Override
    public LinkCounters counters() {
      throw new UnsupportedOperationException("not counted");
    }

    @Override
    public void close() {}
  }
}
