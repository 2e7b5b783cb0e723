// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the peer sent for an epoch that this party has not entered yet. Holds one epoch's messages,
 * a bounded number of them, and remembers whether any was lost; a newer epoch displaces the older.
 * Not thread-safe.
 */
public final class EarlyMessages {
  private final int capacity;
  private final List<LinkMessage> messages = new ArrayList<>();
  private long epoch;
  private boolean lost;

  /**
   * Keeps nothing yet.
   *
   * @param capacity how many messages are kept, at least 0
   */
  public EarlyMessages(int capacity) {
    this.capacity = capacity;
  }

  /** Keeps a message; false if there is no room, and then it is lost. */
  public boolean keep(long ofEpoch, LinkMessage message) {
    if (ofEpoch != epoch) {
      messages.clear();
      epoch = ofEpoch;
      lost = false;
    }
    if (messages.size() == capacity) {
      lost = true;
      return false;
    }
    return messages.add(message);
  }

  /**
   * Hands over what was kept for an epoch.
   *
   * @return whether messages of that epoch were lost
   */
  public boolean replay(long ofEpoch, Consumer<LinkMessage> receiver) {
    if (ofEpoch != epoch) {
      return false;
    }
    List<LinkMessage> kept = List.copyOf(messages);
    messages.clear();
    kept.forEach(receiver);
    return lost;
  }
}
