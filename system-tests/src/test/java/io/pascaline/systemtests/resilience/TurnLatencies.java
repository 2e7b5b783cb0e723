// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.actors.api.InferenceService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Latencies of ways to the same parties, which are asked in turn, one request at a time. */
final class TurnLatencies {
  private static final int OF_BLOCK = 20;
  private static final long TIMEOUT_S = 60;

  private TurnLatencies() {}

  /**
   * Measures.
   *
   * @param blockCount blocks of 20 requests for each way; the first half is for the compilers
   * @return of each way the median of the other blocks' medians, in milliseconds
   */
  static double[] mediansMs(List<InferenceService> ways, float[] input, int blockCount)
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
    return medians.stream()
        .mapToDouble(ofWay -> ofWay.stream().sorted().toList().get(ofWay.size() / 2))
        .toArray();
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
