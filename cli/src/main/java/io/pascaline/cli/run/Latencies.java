// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/** Times of single inferences, three digits precise. Not thread-safe. */
public final class Latencies {
  private static final double MEDIAN = 50;
  private static final double TAIL = 99;

  private final Histogram histogram = new Histogram(3);

  /** No times yet. */
  public Latencies() {}

  /**
   * Adds one time.
   *
   * @param latencyNs of one inference
   */
  public void add(long latencyNs) {
    histogram.recordValue(Math.max(0, latencyNs));
  }

  /** Returns how many times there are. */
  public long count() {
    return histogram.getTotalCount();
  }

  /** Half of the inferences were at most this slow, in milliseconds. */
  public double p50Ms() {
    return ms(histogram.getValueAtPercentile(MEDIAN));
  }

  /** Returns all but one in a hundred were at most this slow, in milliseconds. */
  public double p99Ms() {
    return ms(histogram.getValueAtPercentile(TAIL));
  }

  private static double ms(long ns) {
    return ns / (double) TimeUnit.MILLISECONDS.toNanos(1);
  }
}
