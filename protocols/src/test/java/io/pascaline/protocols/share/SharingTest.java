// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.linear.Shape;
import java.security.SecureRandom;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SharingTest {
  private final SecureRandom secure = new SecureRandom();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldReconstructWhatWasShared(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Shape shape = Shape.of(random.nextInt(1, 40), random.nextInt(1, 40), random.nextInt(1, 20));
    int[] secret = random.ints(shape.elementCount()).toArray();
    int[] before = secret.clone();

    WordShare[] shares = Sharing.share(shape, secret, secure);

    assertArrayEquals(before, Sharing.reconstruct(shares[0], shares[1]));
    assertArrayEquals(before, secret);
  }

  /** The chance of a false alarm is that of {@link ByteUniformity} per share. */
  @Test
  void shouldHideTheSecretInEachShare() {
    Shape shape = Shape.of(50_000);

    WordShare[] shares = Sharing.share(shape, new int[shape.elementCount()], secure);

    ByteUniformity.check("share of P0", shares[0].words());
    ByteUniformity.check("share of P1", shares[1].words());
  }

  @Test
  void shouldPrintShapesOnly() {
    assertEquals("WordShare[2x1]", WordShare.of(Shape.of(2, 1), new int[] {42, 43}).toString());
    assertEquals("MaskedWords[2]", MaskedWords.of(new int[] {42, 43}).toString());
  }

  @Test
  void shouldRefuseLengthsThatDoNotFit() {
    Shape shape = Shape.of(3);
    WordShare share = WordShare.of(shape, new int[3]);
    WordShare other = WordShare.of(Shape.of(1, 3), new int[3]);

    assertThrows(IllegalArgumentException.class, () -> WordShare.of(shape, new int[2]));
    assertThrows(IllegalArgumentException.class, () -> Sharing.share(shape, new int[4], secure));
    assertThrows(IllegalArgumentException.class, () -> Sharing.reconstruct(share, other));
  }
}
