// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for every protocol and for its reference in plaintext. */
abstract class ResultLaws {
  abstract ProtocolCase subject();

  /** Runs the subject under masks from the seed. */
  abstract long[] run(ProtocolCase subject, long seed, long[] input);

  /**
   * Every element within the bound, but for as many as the promised probability of failure allows.
   */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldStayWithinTheDerivedBound(long seed) {
    ProtocolCase subject = subject();
    long[] input = subject.inputs(new SplittableRandom(seed));

    long[] output = run(subject, seed, input);

    double[] expected = subject.expectedUlps(input);
    assertEquals(expected.length, output.length);
    double bound = subject.errorBoundUlps();
    int beyond = 0;
    double largest = 0;
    for (int i = 0; i < output.length; i++) {
      double error = Math.abs(output[i] - expected[i]);
      // Doubles hold the expectation with a relative error of 2^-40 or better.
      if (error > bound + Math.abs(expected[i]) * 0x1.0p-40) {
        beyond++;
      }
      largest = Math.max(largest, error);
    }
    long allowed = BinomialBounds.upper(output.length, subject.failureProbabilityPerElement());
    assertTrue(
        beyond <= allowed,
        "seed " + seed + ": " + beyond + " beyond " + bound + ", largest error " + largest);
  }
}
