// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import java.util.SplittableRandom;

/** One protocol with parameters, and what it promises: the subject of the laws. */
interface ProtocolCase {
  Shape inputShape();

  /** Returns a tensor in the protocol's range, with its corners. */
  long[] inputs(SplittableRandom random);

  /**
   * Returns the function over the real numbers (or the integers), in units of the output's last
   * place.
   */
  double[] expectedUlps(long[] input);

  /** Returns the promised distance from it. */
  double errorBoundUlps();

  /** Returns the promised probability that an element is farther off. */
  double failureProbabilityPerElement();

  /** Returns the reference in plaintext. */
  long[] plaintext(long[] input);

  /** Returns the protocol with keys (and weights, where it has some) from a seed. */
  PartyPair pair(long seed);

  /** Returns whether tensors are shared in double words. */
  boolean doubleWords();

  /**
   * Returns whether the last thing that a party does is a local truncation, which leaves shares
   * that are uniform in their low words only.
   */
  boolean truncatesOutput();

  default Share[] share(long[] secret, SplittableRandom random) {
    return doubleWords()
        ? PartyPair.shareDoubleWords(inputShape(), secret, random)
        : PartyPair.shareWords(inputShape(), secret, random);
  }

  /** Shares that are zero at both parties: what is sent then is masks and nothing else. */
  default Share[] zeroShares() {
    Share[] shares = new Share[2];
    for (int i = 0; i < 2; i++) {
      int count = inputShape().elementCount();
      shares[i] =
          doubleWords()
              ? DoubleWordShare.of(inputShape(), new long[count])
              : WordShare.of(inputShape(), new int[count]);
    }
    return shares;
  }

  /**
   * Returns what a party sends, by round, in words; from the published formula, not from the step.
   */
  int[] expectedRoundWords();

  /**
   * Returns what one party sends in a round; as the formula has it for both, unless one is silent.
   */
  default int expectedSentWords(int partyId, int round) {
    return expectedRoundWords()[round];
  }

  /** Returns who is sent the corrections. */
  default CorrectionReceiver receiver() {
    return CorrectionReceiver.ALTERNATING;
  }

  /** Words of a correction; from the formula, not from the step. */
  int expectedCorrectionWords();
}
