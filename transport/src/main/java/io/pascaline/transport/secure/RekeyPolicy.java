// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

/**
 * When a sender replaces its key. Either bound is enough.
 *
 * @param frameBytes sealed with one key at most, at least 1
 * @param ageNs of a key at most, at least 1
 */
public record RekeyPolicy(long frameBytes, long ageNs) {
  /**
   * Far below what AES-GCM allows: at 2^34 bytes an attacker's advantage in telling a key's frames
   * from random is below 2^-68 (2^30 blocks: q^2 / 2^129).
   */
  private static final long USUAL_BYTES = 1L << 34;

  private static final long USUAL_AGE_NS = 600_000_000_000L;

  /** Checks both. */
  public RekeyPolicy {
    if (frameBytes < 1) {
      throw new IllegalArgumentException("frameBytes is " + frameBytes + ", must be at least 1");
    }
    if (ageNs < 1) {
      throw new IllegalArgumentException("ageNs is " + ageNs + ", must be at least 1");
    }
  }

  /** 16 GiB or ten minutes. */
  public static RekeyPolicy usual() {
    return new RekeyPolicy(USUAL_BYTES, USUAL_AGE_NS);
  }
}
