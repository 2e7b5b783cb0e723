// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.MalformedFrame;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One side of a handshake: frames go out, messages come in, and in the end there is a channel. Its
 * {@link State}, and what a message does to it, are the table of docs/wire-format.md.
 * Single-threaded.
 */
public abstract sealed class KeyExchange permits InitiatorHandshake, ResponderHandshake {
  /** How far a side is, by the one message that is due. */
  enum State {
    /** The initiator has begun: Respond is due. */
    INITIATED(HandshakeMessage.RESPOND),
    /** The responder waits: Initiate is due. */
    LISTENING(HandshakeMessage.INITIATE),
    /** The responder has answered: Confirm is due. */
    RESPONDED(HandshakeMessage.CONFIRM),
    /** Both sides have shown who they are, as far as this side can know: nothing is due. */
    ESTABLISHED(0),
    /** The responder met a fault: nothing is due. */
    FAILED(0);

    private final int dueType;

    State(int dueType) {
      this.dueType = dueType;
    }

    boolean isDue(int type) {
      return type == dueType;
    }
  }

  private final Queue<byte[]> outgoing = new ArrayDeque<>();
  private State state;
  private SecureFrameChannel channel;
  private Exporter exporter;
  private long conversation;

  KeyExchange(State first) {
    this.state = first;
  }

  /** Returns the frame that is to be sent next, or null if there is none now. */
  public final byte[] nextFrame() {
    return outgoing.peek();
  }

  /** Notes that {@link #nextFrame} was sent. */
  public final void onSent() {
    outgoing.remove();
  }

  /**
   * Takes a message of the remote.
   *
   * @throws MalformedFrame if it is not the one that is due or is invalid
   */
  public final void onMessage(HandshakeMessage message, long nowNs) throws MalformedFrame {
    State before = state;
    state = onFault(before);
    if (!before.isDue(message.type())) {
      throw HandshakeFields.bad("message " + message.type() + " is not due");
    }
    state = onDue(before, message, nowNs);
  }

  /** Returns the state after a message that is not due or is invalid. */
  abstract State onFault(State before);

  /**
   * Takes the message that is due.
   *
   * @return the state that follows
   * @throws MalformedFrame if it is invalid
   */
  abstract State onDue(State before, HandshakeMessage message, long nowNs) throws MalformedFrame;

  final State state() {
    return state;
  }

  /** Returns whether both sides have shown who they are. */
  public final boolean isEstablished() {
    return state == State.ESTABLISHED;
  }

  /** Returns the channel; null until established, and one for the whole link. */
  public final FrameChannel channel() {
    return channel;
  }

  /**
   * Returns the name of the conversation that the link begins if it resumes none; secret, never 0,
   * only once established.
   */
  public final long conversation() {
    return conversation;
  }

  /** Returns the exporter of the conversation that the link begins; null until established. */
  public final Exporter exporter() {
    return exporter;
  }

  /** Returns who the remote is; for a responder only after the first message. */
  public abstract PinnedPeers.Peer peer();

  /** Returns what the remote said of itself; null until it has. */
  public abstract LinkParameters peerParameters();

  /** Forgets what is secret and not needed any more. */
  public abstract void erase();

  /** Takes what outlives the keys, once both sides have shown who they are. */
  final void establish(KeySchedule keys, byte[] digest, SecureFrameChannel made) {
    conversation = keys.conversation(digest);
    exporter = keys.exporter(digest);
    channel = made;
    keys.erase();
  }

  final void send(HandshakeMessage message) {
    outgoing.addAll(message.frames());
  }
}
