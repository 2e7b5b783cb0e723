// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import java.util.concurrent.atomic.AtomicInteger;

/** Bounds the requests that a client's user has made and not been answered. Thread-safe. */
public final class PendingBound {
  private final int max;
  private final AtomicInteger pending = new AtomicInteger();

  /**
   * Makes a bound.
   *
   * @param max most unanswered requests, at least 1
   */
  public PendingBound(int max) {
    this.max = max;
  }

  /** Takes a place; false if none is free. */
  boolean enter() {
    if (pending.incrementAndGet() <= max) {
      return true;
    }
    pending.decrementAndGet();
    return false;
  }

  /** Gives a place back. */
  void leave() {
    pending.decrementAndGet();
  }

  /** Unanswered requests. */
  public int pending() {
    return pending.get();
  }

  /** Returns the bound. */
  public int max() {
    return max;
  }
}
