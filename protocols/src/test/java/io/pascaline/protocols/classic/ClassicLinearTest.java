// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import org.junit.jupiter.api.Test;

class ClassicLinearTest {
  private static final ClassicLinear LINEAR =
      new ClassicLinear(5, new MatrixProduct(4, 3), 16, 0x1p40);
  private static final KeyedRandom KEY =
      KeyedRandom.derive(
          CorrelationKey.ofBytes(new byte[CorrelationKey.LENGTH_BYTES]), new byte[] {1});

  @Test
  void shouldOpenUniformWordsForConstantWeights() {
    ClassicLinear wide = new ClassicLinear(0, new MatrixProduct(4000, 1), 16, 0x1p40);
    DoubleWordShare weights = DoubleWordShare.of(Shape.of(1, 4000), new long[4000]);
    for (int i = 0; i < 2; i++) {
      MaskedWords share = wide.maskWeights(i, 3, KEY, weights);
      assertEquals(8000, share.words().length);
      ByteUniformity.check("share of party " + i, share.words());
    }
  }

  @Test
  void shouldStateItsCosts() {
    assertEquals(8, LINEAR.roundWordCount(0));
    assertEquals(6, LINEAR.correctionWordCount());
    assertEquals(24, LINEAR.setupWordCount());
    assertEquals(1, LINEAR.errorBoundUlps());
    assertEquals(3 * (0x1p40 + 1) / 0x1p64, LINEAR.failureProbability());
    ClassicLinear exact = new ClassicLinear(5, new MatrixProduct(4, 3), 0, 0x1p40);
    assertEquals(0, exact.errorBoundUlps());
    assertEquals(0, exact.failureProbability());
  }

  @Test
  void shouldComputeInPlaintext() {
    long[] weights = {1, 2, 3, 4, -1, -2, -3, -4, 0, 0, 0, 1L << 20};
    long[] input = {10 << 16, 20 << 16, 30 << 16, 40 << 16};
    long[] bias = {1 << 16, 0, 5};

    long[] output = LINEAR.plaintext(weights, bias, input);

    assertArrayEquals(new long[] {301, -300, 40L << 20}, output);
  }

  @Test
  void shouldRefuseOpeningsAndSharesOfTheWrongLength() {
    MaskedWords right = MaskedWords.of(new int[24]);
    MaskedWords wrong = MaskedWords.of(new int[25]);
    DoubleWordShare bias = DoubleWordShare.of(Shape.of(4), new long[4]);

    ProtocolAbortException peer =
        assertThrows(
            ProtocolAbortException.class, () -> LINEAR.party(0, 9, KEY, right, wrong, null));
    assertEquals(5, peer.layer());
    assertEquals(24, peer.expectedWords());
    assertEquals(25, peer.actualWords());
    assertThrows(IllegalArgumentException.class, () -> LINEAR.party(0, 9, KEY, wrong, right, null));
    assertThrows(IllegalArgumentException.class, () -> LINEAR.party(0, 9, KEY, right, right, bias));
    assertThrows(IllegalArgumentException.class, () -> LINEAR.party(2, 9, KEY, right, right, null));
    assertThrows(IllegalArgumentException.class, () -> LINEAR.maskWeights(0, 9, KEY, bias));
  }

  @Test
  void shouldRefuseSharesOfTheOtherRing() {
    MaskedWords opening = MaskedWords.of(new int[24]);
    PartyStep party = LINEAR.party(0, 9, KEY, opening, opening, null);
    SessionId session = new SessionId(9, 0);
    int[] correction = party.receivesCorrection(session) ? new int[6] : null;
    Correlation correlation = party.prepare(session, correction, WorkSplitter.sequential());

    assertThrows(
        IllegalArgumentException.class,
        () -> party.open(correlation, WordShare.of(Shape.of(4), new int[4])));
    // The refusal did not use it up.
    party.open(correlation, DoubleWordShare.of(Shape.of(4), new long[4]));
  }

  @Test
  void shouldRefuseParametersOutOfRange() {
    MatrixProduct map = new MatrixProduct(1, 1);
    assertThrows(IllegalArgumentException.class, () -> new ClassicLinear(-1, map, 16, 1));
    assertThrows(IllegalArgumentException.class, () -> new ClassicLinear(0, map, -1, 1));
    assertThrows(IllegalArgumentException.class, () -> new ClassicLinear(0, map, 63, 1));
    assertThrows(IllegalArgumentException.class, () -> new ClassicLinear(0, map, 16, 0x1p62));
    assertThrows(IllegalArgumentException.class, () -> new ClassicLinear(0, map, 16, Double.NaN));
  }
}
