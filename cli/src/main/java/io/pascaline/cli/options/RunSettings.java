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
 * @param latencyCount how many images are run one at a time, each with precomputed correlations
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
    int precomputedCorrelations,
    int inFlight,
    int batch,
    Duration timeout) {
  /** Inferences that warm the JVM up unless told otherwise. */
  public static final int DEFAULT_WARM_UP = 200;

  /** When warming up ends, however few inferences it was. */
  public static final Duration WARM_UP_TIME = Duration.ofSeconds(3);

  /** Images that are run one at a time unless told otherwise. */
  public static final int DEFAULT_LATENCY_COUNT = 200;

  /**
   * Returns the settings of a service that keeps fewer correlations: it can have no more inferences
   * in flight, and no more are awaited. The batch stays: a service that takes no such batch says
   * so.
   *
   * @param kept inferences whose correlations the service keeps; 0 if it streams layers
   */
  public RunSettings within(int kept) {
    int most = Math.max(1, kept);
    return new RunSettings(
        warmUpCount,
        warmUpTime,
        latencyCount,
        Math.min(precomputedCorrelations, most),
        Math.min(inFlight, Math.max(1, most / batch)),
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
