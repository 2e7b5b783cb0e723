// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.actors.api.InferenceService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Latencies of ways to the same parties, which are asked in turn, one request at a time.
 *
 * @param blockMediansMs of each way the medians of its blocks; the blocks of one index are
 *     neighbours in time
 */
record TurnLatencies(List<List<Double>> blockMediansMs) {
  private static final int OF_BLOCK = 20;
  private static final long TIMEOUT_S = 60;

  /**
   * Measures.
   *
   * @param blockCount blocks of 20 requests for each way; the first half is for the compilers, and
   *     not in the result
   */
  static TurnLatencies measure(List<InferenceService> ways, float[] input, int blockCount)
      throws Exception {
    List<List<Double>> medians =
        Stream.<List<Double>>generate(ArrayList::new).limit(ways.size()).toList();
    for (int block = 0; block < blockCount; block++) {
      for (int way = 0; way < ways.size(); way++) {
        double medianMs = blockMs(ways.get(way), input);
        if (block >= blockCount / 2) {
          medians.get(way).add(medianMs);
        }
      }
    }
    return new TurnLatencies(medians);
  }

  /** Returns the median of a way's block medians, in milliseconds. */
  double medianMs(int way) {
    return median(blockMediansMs.get(way).stream());
  }

  /**
   * Returns the median of what a block of a way took longer than the neighbouring one of another
   * way, in milliseconds: a change of the machine's speed concerns both.
   */
  double medianDifferenceMs(int way, int other) {
    List<Double> longer = blockMediansMs.get(way);
    List<Double> shorter = blockMediansMs.get(other);
    return median(IntStream.range(0, longer.size()).mapToObj(i -> longer.get(i) - shorter.get(i)));
  }

  private static double median(Stream<Double> values) {
    List<Double> sorted = values.sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  private static double blockMs(InferenceService way, float[] input) throws Exception {
    long[] timesNs = new long[OF_BLOCK];
    for (int i = 0; i < timesNs.length; i++) {
      long startNs = System.nanoTime();
      way.infer(input).toCompletableFuture().get(TIMEOUT_S, TimeUnit.SECONDS);
      timesNs[i] = System.nanoTime() - startNs;
    }
    Arrays.sort(timesNs);
    return timesNs[OF_BLOCK / 2] / 1e6;
  }
}
