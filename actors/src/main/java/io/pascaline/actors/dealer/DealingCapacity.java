// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

/**
 * How much a dealer deals at a time.
 *
 * @param concurrentDeals corrections made at a time, at least 1
 * @param dealBytes what corrections that are made or not yet handed to a link may take together; a
 *     single one may take more
 */
public record DealingCapacity(int concurrentDeals, long dealBytes) {
  /** Checks the ranges. */
  public DealingCapacity {
    if (concurrentDeals < 1) {
      throw new IllegalArgumentException("concurrentDeals must be at least 1: " + concurrentDeals);
    }
    if (dealBytes < 1) {
      throw new IllegalArgumentException("dealBytes must be at least 1: " + dealBytes);
    }
  }
}
