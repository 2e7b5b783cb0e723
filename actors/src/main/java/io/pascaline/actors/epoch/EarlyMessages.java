// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What the peer sent for an epoch that this party has not entered yet. Holds one epoch's messages,
 * a bounded number of them with a bounded number of words, and remembers whether any was lost.
 * Messages of another epoch displace those that are held: epochs have no order, and a peer that has
 * begun an epoch may still speak of the one that it has left. Not thread-safe.
 */
public final class EarlyMessages {
  /** Epochs that are remembered as incomplete; more are not announced at a time. */
  private static final int MAX_INCOMPLETE = 16;

  private final int capacity;
  private final long wordCapacity;
  private final List<LinkMessage> messages = new ArrayList<>();

  /** Epochs of which messages were displaced, oldest first. */
  private final Set<Long> incomplete = new LinkedHashSet<>();

  private long epoch;
  private long words;
  private boolean isFull;
  private boolean lost;

  /**
   * Keeps nothing yet.
   *
   * @param capacity how many messages are kept, at least 0
   * @param wordCapacity how many words their tensors may have together, at least 0
   */
  public EarlyMessages(int capacity, long wordCapacity) {
    this.capacity = capacity;
    this.wordCapacity = wordCapacity;
  }

  /** Keeps a message; false if there is no room, and then it is lost. */
  public boolean keep(long ofEpoch, LinkMessage message) {
    if (ofEpoch != epoch) {
      if (lost || !messages.isEmpty()) {
        displace();
      }
      epoch = ofEpoch;
      lost = incomplete.remove(ofEpoch);
    }
    long count = message instanceof LinkMessage.Tensor tensor ? tensor.words().length : 0;
    if (isFull || messages.size() == capacity || count > wordCapacity - words) {
      isFull = true; // What would come behind a gap is of no use.
      lost = true;
      return false;
    }
    words += count;
    return messages.add(message);
  }

  /** Returns whether messages of an epoch are held. */
  public boolean holds(long ofEpoch) {
    return ofEpoch == epoch && !messages.isEmpty();
  }

  /** Returns whether no message is held, of any epoch. */
  public boolean isEmpty() {
    return messages.isEmpty();
  }

  private void displace() {
    messages.clear();
    words = 0;
    isFull = false;
    incomplete.add(epoch);
    if (incomplete.size() > MAX_INCOMPLETE) {
      incomplete.remove(incomplete.iterator().next());
    }
  }

  /**
   * Hands over what was kept for an epoch.
   *
   * @return whether messages of that epoch were lost
   */
  public boolean replay(long ofEpoch, Consumer<LinkMessage> receiver) {
    if (ofEpoch != epoch) {
      return incomplete.remove(ofEpoch);
    }
    List<LinkMessage> kept = List.copyOf(messages);
    messages.clear();
    words = 0;
    isFull = false;
    kept.forEach(receiver);
    return lost;
  }
}
