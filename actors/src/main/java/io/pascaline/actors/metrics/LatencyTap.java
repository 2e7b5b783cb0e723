// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.metrics;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where the durations of one role go; nowhere until somebody listens. A listener is an embedding
 * program's: one that throws is dropped, so that its fault ends no inference. Thread-safe.
 */
public final class LatencyTap {
  private static final Logger LOG = LoggerFactory.getLogger(LatencyTap.class);

  private volatile Latencies listener = Latencies.NONE;

  /** Somebody listens from now on, instead of whoever did. */
  public void listen(Latencies latencies) {
    listener = latencies == Latencies.NONE ? latencies : new Guarded(latencies);
  }

  /** Returns who listens; never throws. */
  public Latencies listener() {
    return listener;
  }

  private final class Guarded implements Latencies {
    private final Latencies guarded;

    Guarded(Latencies guarded) {
      this.guarded = guarded;
    }

    @Override
    public void phase(Phase phase, long durationNs) {
      try {
        guarded.phase(phase, durationNs);
      } catch (RuntimeException fault) {
        drop(fault);
      }
    }

    @Override
    public void layer(int layer, long durationNs) {
      try {
        guarded.layer(layer, durationNs);
      } catch (RuntimeException fault) {
        drop(fault);
      }
    }

    private void drop(RuntimeException fault) {
      if (listener == this) {
        listener = NONE;
        LOG.error("a listener of latencies has thrown, and is told nothing more", fault);
      }
    }
  }
}
