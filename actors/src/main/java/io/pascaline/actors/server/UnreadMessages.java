// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts what one client's party has in its mailbox and has not read. Thread-safe. */
final class UnreadMessages {
  private final AtomicInteger count = new AtomicInteger();

  /**
   * Counts a message that is about to go to the mailbox.
   *
   * @return how many are unread, this one included
   */
  int entered() {
    return count.incrementAndGet();
  }

  /** The party has taken a message out of its mailbox and done with it. */
  void taken() {
    count.decrementAndGet();
  }
}
