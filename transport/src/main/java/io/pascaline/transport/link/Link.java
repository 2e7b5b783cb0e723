// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/**
 * A two-way, ordered connection to one peer. Thread-safe.
 *
 * <p>Messages arrive in the order in which one thread sent them, unless it let others overtake them
 * ({@link #sendBehind}), or not at all once the link has closed. A link that loses its carrier
 * waits for the same incarnation of its peer and then resumes; one that has closed never re-opens:
 * the listener is given a new one.
 */
public interface Link {
  /** Role and id of the peer for people, such as {@code party 1}. */
  String peerName();

  /** Returns what the peer said of itself when the link opened. */
  LinkMessage.Hello peerHello();

  /**
   * Returns the identity that the peer has proved, as it is pinned; null where links are not
   * protected, and then nothing that a peer says of itself can be relied on.
   */
  default String peerIdentity() {
    return null;
  }

  /**
   * Derives a secret that only the two ends of the link know, for the keys of what uses it. It is
   * bound to the handshake that opened the link: the same for as long as the link lives, however
   * often it resumes, and after it closed; another one for the next link of the same nodes. The
   * identities' keys do not reveal it, so what is keyed with it has forward secrecy once both ends
   * have dropped the link and the secret.
   *
   * @param label names the use, in ASCII; secrets of different labels are independent
   * @return 32 bytes that are the same at both ends; none where links are in plaintext
   */
  default byte[] exportSecret(String label) {
    return new byte[0];
  }

  /** Returns whether this side dialled; false where nobody dials. */
  default boolean dialled() {
    return false;
  }

  /**
   * Hands a message over; never blocks.
   *
   * @return true if ownership of the message and its arrays was taken; false if the link's bound of
   *     queued bytes is reached (try again later) or the link is not open. A message larger than
   *     the bound is taken when nothing else is queued.
   * @throws IllegalArgumentException for a message that no peer would accept: a tensor of more than
   *     {@code maxMessageWords}, or a {@link LinkMessage.Hello}, which only the transport sends
   */
  boolean send(LinkMessage message);

  /**
   * Hands over a message that nobody waits for. What is sent with {@link #send} may overtake it;
   * otherwise as {@link #send}.
   */
  default boolean sendBehind(LinkMessage message) {
    return send(message);
  }

  /**
   * Takes an array of a received message back, for a message to come. Nobody may refer to it any
   * more. Whoever keeps it, or drops it, need not call this.
   */
  default void recycle(int[] words) {}

  /** Bytes taken that the peer has not acknowledged. */
  long queuedBytes();

  /** Returns whether messages are taken. */
  boolean isOpen();

  /** Returns what went over the link so far; still readable after it closed. */
  LinkCounters counters();

  /** Sends what is queued, then closes; the listener's onClosed follows. Idempotent. */
  void close();
}
