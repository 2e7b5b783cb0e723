// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.metrics;

/**
 * Told how long things took. Called on actors' threads: must not block, and must not throw.
 * Durations say nothing of values, since no step's work depends on a secret.
 */
public interface Latencies {
  /** Forgets everything. */
  Latencies NONE =
      new Latencies() {
        @Override
        public void phase(Phase phase, long durationNs) {}

        @Override
        public void layer(int layer, long durationNs) {}
      };

  /** Part of an inference's way. */
  enum Phase {
    /** At the client: sharing the input and handing both shares to the links. */
    INPUT,
    /** At a party: from the input's arrival until the session has its number. */
    QUEUEING,
    /** At a party: from the number until the last layer's output. */
    ONLINE,
    /** At the client: from the first share of the answer until the answer. */
    OUTPUT,
    /** At the client: from the question to the answer, retries included. */
    WHOLE
  }

  /**
   * A phase of one inference ended well.
   *
   * @param phase which
   * @param durationNs how long it took
   */
  void phase(Phase phase, long durationNs);

  /**
   * A layer with messages is done with one inference.
   *
   * @param layer its id in the plan
   * @param durationNs from its input share to its output share, waiting for its correlation and the
   *     peer included
   */
  void layer(int layer, long durationNs);
}
