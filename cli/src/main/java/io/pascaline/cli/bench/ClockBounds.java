// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

/**
 * What messages between two machines say of their clocks. No message arrives before it was sent, so
 * each one bounds how far the clock of the second machine is ahead of that of the first: those to
 * the second machine from above, those from it from below.
 *
 * @param lowestNs the clock of the second machine is ahead by at least this
 * @param highestNs and by at most this
 */
record ClockBounds(long lowestNs, long highestNs) {
  /** No message is known. Sums of these do not overflow. */
  static final ClockBounds NONE = new ClockBounds(Long.MIN_VALUE / 4, Long.MAX_VALUE / 4);

  /**
   * Returns these bounds and those of a message to the second machine.
   *
   * @param sentNs by the clock of the first machine
   * @param receivedNs by the clock of the second machine
   */
  ClockBounds withMessageToSecond(long sentNs, long receivedNs) {
    return new ClockBounds(lowestNs, Math.min(highestNs, receivedNs - sentNs));
  }

  /**
   * Returns these bounds and those of a message from the second machine.
   *
   * @param sentNs by the clock of the second machine
   * @param receivedNs by the clock of the first machine
   */
  ClockBounds withMessageToFirst(long sentNs, long receivedNs) {
    return new ClockBounds(Math.max(lowestNs, sentNs - receivedNs), highestNs);
  }

  /** Returns the bounds that the messages of both say. */
  ClockBounds and(ClockBounds other) {
    return new ClockBounds(
        Math.max(lowestNs, other.lowestNs), Math.min(highestNs, other.highestNs));
  }

  /** Returns whether messages went both ways, and one offset agrees with all of them. */
  boolean isKnown() {
    return lowestNs > NONE.lowestNs && highestNs < NONE.highestNs && lowestNs <= highestNs;
  }

  /** Returns the middle of the bounds: how far the second clock is ahead. */
  long offsetNs() {
    return lowestNs + (highestNs - lowestNs) / 2;
  }

  /** Returns by how much {@link #offsetNs} can be wrong at most. */
  long uncertaintyNs() {
    return (highestNs - lowestNs + 1) / 2;
  }
}
