// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.MalformedFrame;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * One side of a handshake: frames go out, messages come in, and in the end there is a channel.
 * Single-threaded.
 */
public abstract sealed class KeyExchange permits InitiatorHandshake, ResponderHandshake {
  private final Queue<byte[]> outgoing = new ArrayDeque<>();

  private long conversation;

  KeyExchange() {}

  /** Returns the frame that is to be sent next, or null if there is none now. */
  public byte[] nextFrame() {
    return outgoing.peek();
  }

  /** Says that {@link #nextFrame} was sent. */
  public void onSent() {
    outgoing.remove();
  }

  /**
   * Takes a message of the peer.
   *
   * @throws MalformedFrame if it is not the one that is due or does not hold
   */
  public abstract void onMessage(HandshakeMessage message, long nowNs) throws MalformedFrame;

  /** Returns whether both sides have shown who they are. */
  public abstract boolean isEstablished();

  /** Returns the channel; only once established, and one for the whole link. */
  public abstract FrameChannel channel();

  /**
   * Returns the name of the conversation that the link begins if it goes on with none; secret,
   * never 0, only once established.
   */
  public final long conversation() {
    return conversation;
  }

  /** Returns who the peer is; for a listener only after the first message. */
  public abstract PinnedPeers.Peer peer();

  /** Returns what the peer said of itself; null until it has. */
  public abstract LinkParameters peerParameters();

  /** Forgets what is secret and not needed any more. */
  public abstract void erase();

  /** Takes what outlives the keys, once both sides have shown who they are. */
  final void establish(KeySchedule keys, byte[] digest) {
    conversation = keys.conversation(digest);
  }

  final void send(HandshakeMessage message) {
    outgoing.addAll(message.frames());
  }
}
