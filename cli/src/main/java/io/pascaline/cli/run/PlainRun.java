// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.RunSettings;
import java.time.Duration;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;

/** Sends the same images through the plaintext network, one at a time. */
public final class PlainRun {
  /** Native code needs no warm-up, and the calls of a small network are compiled by then. */
  private static final Duration WARM_UP_TIME = Duration.ofMillis(500);

  private PlainRun() {}

  /**
   * What a run in plaintext brings.
   *
   * @param logits by image
   * @param latencies times of single inferences after the warm-up
   */
  public record Outcome(float[][] logits, Latencies latencies) {}

  /**
   * Runs all images. The first ones warm up, and their times do not count. If the warm-up takes
   * longer, it repeats images.
   *
   * @param network from input to logits
   * @param inputs the input of an image
   * @param count number of images
   * @param warmUpCount most inferences before the measured ones, which end after half a second
   * @return the answers and times
   */
  public static Outcome run(
      UnaryOperator<float[]> network, IntFunction<float[]> inputs, int count, int warmUpCount) {
    float[][] logits = new float[count][];
    int answered = 0;
    long deadlineNs = System.nanoTime() + WARM_UP_TIME.toNanos();
    for (int i = 0; i < warmUpCount && System.nanoTime() < deadlineNs; i++) {
      if (answered < count / RunSettings.WARM_UP_DIVISOR) {
        logits[answered] = network.apply(inputs.apply(answered));
        answered++;
      } else {
        network.apply(inputs.apply(i % count));
      }
    }
    Latencies latencies = new Latencies();
    for (int i = answered; i < count; i++) {
      float[] input = inputs.apply(i);
      long startNs = System.nanoTime();
      logits[i] = network.apply(input);
      latencies.add(System.nanoTime() - startNs);
    }
    return new Outcome(logits, latencies);
  }
}
