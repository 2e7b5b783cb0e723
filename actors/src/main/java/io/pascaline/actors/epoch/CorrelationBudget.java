// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import java.util.List;

/** Which correlations the layers of a party may hold in an epoch. Thread-safe. */
public interface CorrelationBudget {
  /** Returns the budget of a party that keeps whole inferences: each layer counts for itself. */
  static CorrelationBudget unlimited() {
    return LayerwiseBudget.UNLIMITED;
  }

  /**
   * Returns the budget of a party whose memory is too small for those of a whole inference; see
   * {@link LayerwiseBudget}.
   *
   * @param bytes by layer id, of one correlation; 0 for layers that have none
   * @param capacityBytes what all that are granted may take together
   */
  static CorrelationBudget of(List<Long> bytes, long capacityBytes) {
    return LayerwiseBudget.of(bytes, capacityBytes);
  }

  /**
   * Adds a layer to those that are told when they are granted more.
   *
   * @param onGranted called on any thread, also before this returns
   */
  void join(int layer, Runnable onGranted);

  /** Returns the first session for which a layer may not hold a correlation yet; never falls. */
  long grantedEnd(int layer);

  /**
   * Returns the first session that party 1 may not open in advance yet, where it owns no weights;
   * never falls. There may be room for its openings before there are correlations.
   */
  default long advanceEnd(int layer) {
    return grantedEnd(layer);
  }

  /** Takes note that a layer has ended a session for which it was granted a correlation. */
  void release(int layer);

  /**
   * Takes note that sessions were opened, where correlations are made on demand.
   *
   * @param numberEnd the first number that is not
   */
  default void opened(long numberEnd) {}

  /** The epoch is over: nothing of it is held any more. */
  default void close() {}
}
