// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

/**
 * Payload bytes that each party sends to the other.
 *
 * @param byParty0 from P0 to P1
 * @param byParty1 from P1 to P0
 */
public record SentBytes(long byParty0, long byParty1) {
  /** No message. */
  static final SentBytes NONE = new SentBytes(0, 0);

  /** Returns the same in both directions. */
  static SentBytes both(long bytes) {
    return new SentBytes(bytes, bytes);
  }

  /** Returns what one party sends. */
  public long by(int partyId) {
    return partyId == 0 ? byParty0 : byParty1;
  }

  /** Returns what both send together. */
  public long total() {
    return byParty0 + byParty1;
  }

  /** Returns what the party sends that sends more. */
  public long larger() {
    return Math.max(byParty0, byParty1);
  }

  /** Returns the sums. */
  SentBytes plus(SentBytes other) {
    return new SentBytes(byParty0 + other.byParty0, byParty1 + other.byParty1);
  }
}
