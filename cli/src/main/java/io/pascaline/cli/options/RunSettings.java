// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import java.time.Duration;
import java.util.List;

/**
 * How a run is measured.
 *
 * @param warmUpCount most inferences before the measured ones, not counted anywhere
 * @param warmUpTime when to stop warming up
 * @param latencyCount most images that are run one at a time, each with precomputed correlations
 * @param latencyTime when that ends although more images are allowed; not before {@link
 *     #MIN_LATENCY_COUNT} of them
 * @param precomputedCorrelations the number of inferences whose correlations must be available
 *     before each of those images, so that the dealer is idle meanwhile
 * @param inFlight how many sessions of the other images are in flight at a time
 * @param batch images in one session; the latency is then that of a session
 * @param timeout how long one inference, correlations included, may take
 */
public record RunSettings(
    int warmUpCount,
    Duration warmUpTime,
    int latencyCount,
    Duration latencyTime,
    int precomputedCorrelations,
    int inFlight,
    int batch,
    Duration timeout) {
  /** Inferences that warm the JVM up; the build's tests, which measure no times, take fewer. */
  public static final int DEFAULT_WARM_UP = Integer.getInteger("pascaline.warm-up", 200);

  /** One image at most in this number of images is answered by a warm-up, and not measured. */
  public static final int WARM_UP_DIVISOR = 4;

  /** When warming up ends, however few inferences it was. */
  public static final Duration WARM_UP_TIME = Duration.ofSeconds(3);

  /** Most images that are run one at a time unless told otherwise. */
  public static final int DEFAULT_LATENCY_COUNT = 200;

  /** When running them one at a time ends unless told otherwise. */
  public static final Duration DEFAULT_LATENCY_TIME = Duration.ofSeconds(5);

  /** Images that are run one at a time however long they take: fewer give no median. */
  public static final int MIN_LATENCY_COUNT = 20;

  /** Longer than any run: the count alone says how many are run one at a time. */
  public static final Duration UNLIMITED = Duration.ofDays(1_000);

  /**
   * Returns the settings of a service that keeps fewer correlations: it can have no more inferences
   * in flight, and no more are awaited. The batch stays: a service that takes no such batch says
   * so.
   *
   * @param kept inferences whose correlations the service keeps; 0 if it streams layers
   */
  public RunSettings within(int kept) {
    int max = Math.max(1, kept);
    return new RunSettings(
        warmUpCount,
        warmUpTime,
        latencyCount,
        latencyTime,
        Math.min(precomputedCorrelations, max),
        Math.min(inFlight, Math.max(1, max / batch)),
        batch,
        timeout);
  }

  /** Checks the numbers. */
  public RunSettings {
    if (warmUpCount < 0
        || latencyCount < 0
        || precomputedCorrelations < 1
        || inFlight < 1
        || batch < 1) {
      throw new IllegalArgumentException(
          "counts must not be negative: "
              + List.of(warmUpCount, latencyCount, precomputedCorrelations, inFlight, batch));
    }
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("timeout must be positive: " + timeout);
    }
  }
}
