// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

/**
 * How far a party's correlations are precomputed. Immutable.
 *
 * @param inferences whole inferences whose correlations are kept, as far as the settings and the
 *     memory allow; 0 where not even one fits, and then layers are streamed
 * @param streamedBytes what the correlations of all layers may take together while layers are
 *     streamed; 0 otherwise
 * @param limited whether memory is the reason that there are no more
 */
public record Precomputation(int inferences, long streamedBytes, boolean limited) {
  /** Sessions for which a streamed layer may be ahead of itself. */
  private static final int STREAMED_PER_LAYER = 2;

  /** Checks the ranges. */
  public Precomputation {
    if (inferences < 0 || streamedBytes < 0 || (inferences == 0) != (streamedBytes > 0)) {
      throw new IllegalArgumentException(
          "inferences and streamedBytes must not both be 0, nor both positive: "
              + inferences
              + " and "
              + streamedBytes);
    }
  }

  /**
   * Returns that N whole inferences are kept, whatever memory that takes.
   *
   * @param inferences N, at least 1
   */
  public static Precomputation of(int inferences) {
    return new Precomputation(inferences, 0, false);
  }

  /** Returns whether layers are streamed. */
  public boolean isStreamed() {
    return inferences == 0;
  }

  /** Returns for how many sessions each layer holds correlations at most. */
  public int perLayer() {
    return isStreamed() ? STREAMED_PER_LAYER : inferences;
  }
}
