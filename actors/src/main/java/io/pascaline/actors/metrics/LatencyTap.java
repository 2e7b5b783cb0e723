// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.metrics;

/** Where the durations of one role go; nowhere until somebody listens. Thread-safe. */
public final class LatencyTap {
  private volatile Latencies listener = Latencies.NONE;

  /** Somebody listens from now on, instead of whoever did. */
  public void listen(Latencies latencies) {
    listener = latencies;
  }

  /** Returns who listens. */
  public Latencies listener() {
    return listener;
  }
}
