// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.secure.KeyExchange.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The states of both sides of a handshake, as the table of docs/wire-format.md has them. */
@Timeout(120)
class HandshakeTransitionsTest {
  private final Pair pair = new Pair();

  /** The table of docs/wire-format.md: a side, and the state that each kind of message leads to. */
  private enum Row {
    INITIATOR_INITIATED(
        HandshakeMessage.RESPOND, State.INITIATED, State.ESTABLISHED, State.INITIATED),
    INITIATOR_ESTABLISHED(0, State.ESTABLISHED, null, State.ESTABLISHED),
    RESPONDER_LISTENING(HandshakeMessage.INITIATE, State.LISTENING, State.RESPONDED, State.FAILED),
    RESPONDER_RESPONDED(HandshakeMessage.CONFIRM, State.RESPONDED, State.ESTABLISHED, State.FAILED),
    RESPONDER_ESTABLISHED(0, State.ESTABLISHED, null, State.FAILED),
    RESPONDER_FAILED(0, State.FAILED, null, State.FAILED);

    private final int due;
    private final State state;
    private final State afterDue;
    private final State afterOther;

    Row(int due, State state, State afterDue, State afterOther) {
      this.due = due;
      this.state = state;
      this.afterDue = afterDue;
      this.afterOther = afterOther;
    }
  }

  /** A side in the state of a row, and the three true messages of its handshake. */
  private final class Stage {
    private final InitiatorHandshake here = pair.initiator(7);
    private final ResponderHandshake there = pair.freshResponder();
    private final List<List<byte[]>> messages = new ArrayList<>();
    private final KeyExchange side;

    Stage(Row row) throws MalformedFrame {
      side = row.name().startsWith("INITIATOR") ? here : there;
      messages.add(Pair.frames(here));
      if (row == Row.RESPONDER_FAILED) {
        Pair.refused(FrameFault.BAD_SIGNATURE, forged(messages.get(0)), there);
      } else if (row != Row.RESPONDER_LISTENING) {
        Pair.deliver(messages.get(0), there);
        messages.add(Pair.frames(there));
      }
      if (row == Row.INITIATOR_ESTABLISHED
          || row == Row.RESPONDER_RESPONDED
          || row == Row.RESPONDER_ESTABLISHED) {
        Pair.deliver(messages.get(1), here);
        messages.add(Pair.frames(here));
      }
      if (row == Row.RESPONDER_ESTABLISHED) {
        Pair.deliver(messages.get(2), there);
      }
      assertEquals(row.state, side.state());
    }

    /** Returns a message; what this handshake has not said yet is taken from another one. */
    List<byte[]> message(int type) throws MalformedFrame {
      return messages.size() >= type ? messages.get(type - 1) : ofAnother(type);
    }
  }

  /** Every state with every message: the one that is due, the same forged, and all others. */
  @ParameterizedTest
  @EnumSource(Row.class)
  void shouldTakeTheOneMessageThatIsDueAndNoOther(Row row) throws MalformedFrame {
    for (int type = HandshakeMessage.INITIATE; type <= HandshakeMessage.CONFIRM; type++) {
      Stage stage = new Stage(row);
      KeyExchange side = stage.side;
      List<byte[]> message = stage.message(type);
      if (type == row.due) {
        KeyExchange other = new Stage(row).side;
        List<byte[]> forged = forged(new Stage(row).message(type));
        assertThrows(MalformedFrame.class, () -> Pair.deliver(forged, other));
        assertEquals(row.afterOther, other.state(), "forged message " + type);
        assertNull(other.nextFrame(), "forged message " + type);

        Pair.deliver(message, side);
        assertEquals(row.afterDue, side.state(), "message " + type);
      } else {
        Pair.refused(FrameFault.BAD_HANDSHAKE, message, side);
        assertEquals(row.afterOther, side.state(), "message " + type);
        assertNull(side.nextFrame(), "message " + type);
      }
      if (row == Row.INITIATOR_INITIATED && type != row.due) {
        // And one that waits goes on waiting.
        Pair.deliver(stage.messages.get(1), side);
        assertTrue(side.isEstablished());
      }
      assertEquals(side.state() == State.ESTABLISHED, side.isEstablished());
    }
  }

  /** Returns a message whose last byte, of its signature or MAC, is another. */
  private static List<byte[]> forged(List<byte[]> message) {
    return Pair.flipped(message, message.stream().mapToInt(frame -> frame.length).sum() - 1);
  }

  private List<byte[]> ofAnother(int type) throws MalformedFrame {
    InitiatorHandshake here = pair.initiator(7);
    ResponderHandshake there = pair.freshResponder();
    List<byte[]> initiate = Pair.frames(here);
    Pair.deliver(initiate, there);
    List<byte[]> respond = Pair.frames(there);
    Pair.deliver(respond, here);
    return List.of(initiate, respond, Pair.frames(here)).get(type - 1);
  }
}
