// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the layers of one epoch measure. Thread-safe.
 *
 * @param nanoClock what durations are measured with
 * @param latencies where they go
 * @param credit correlations that the dealer was granted and has not dealt
 */
public record LayerMeter(LongSupplier nanoClock, LatencyTap latencies, LongAdder credit) {
  /** Now, by the clock. */
  public long nowNs() {
    return nanoClock.getAsLong();
  }

  /** A layer is done with one inference. */
  public void done(int layer, long startNs) {
    latencies.listener().layer(layer, nowNs() - startNs);
  }

  /** The dealer was granted credit for {@code count} more correlations. */
  public void granted(long count) {
    credit.add(count);
  }

  /** One that was granted has come, or needs nothing of the dealer. */
  public void settled() {
    credit.decrement();
  }
}
