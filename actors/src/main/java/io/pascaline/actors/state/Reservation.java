// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

/**
 * Keeps the reserved numbers of one epoch ahead of those in use, block by block, so that sessions
 * seldom wait for a disk. Owned by an actor; not thread-safe.
 */
public final class Reservation {
  /** Numbers usually reserved at a time. */
  public static final long BLOCK = 2048;

  private final long block;
  private long end;
  private boolean inFlight;

  /**
   * An epoch that was begun with the first block reserved.
   *
   * @param block numbers to reserve at a time, at least 1
   */
  Reservation(long block) {
    this.block = block;
    end = block;
  }

  /** Returns the first number that must not be used yet. */
  public long end() {
    return end;
  }

  /**
   * Says whether the next block should be reserved now, and takes note that it is.
   *
   * @param next the number that is used next
   * @return the end to reserve, or -1 if there is no need
   */
  public long wantedEnd(long next) {
    if (inFlight || end - next > block / 2) {
      return -1;
    }
    inFlight = true;
    return end + block;
  }

  /** A reservation that {@link #wantedEnd} asked for is durable. */
  public void reserved(long reservedEnd) {
    end = reservedEnd;
    inFlight = false;
  }
}
