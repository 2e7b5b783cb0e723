// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.share.WordShare;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;

final class PackedOnceTest {
  private static final MatrixProduct MAP = new MatrixProduct(3, 2);
  private static final int[] WEIGHTS = {1, 2, 3, -4, 5, -6};

  @Test
  void shouldPackAnArrayOnceAndComputeWithIt() {
    LinearKernel kernel = new PackedOnce(LinearKernels.best());

    PackedWeights packed = kernel.pack(MAP, WEIGHTS);
    int[] output = new int[2];
    kernel.apply(packed, new int[] {1, 10, 100}, output, WorkSplitter.sequential());

    assertSame(packed, kernel.pack(MAP, WEIGHTS));
    assertArrayEquals(new int[] {321, -554}, output);
  }

  /** Both parties of a public network hold the same arrays, so that they are packed once. */
  @Test
  void shouldPackPublicWeightsOnceForBothParties() {
    ModelShare[] shares =
        ModelShares.split(Fixtures.residual(5).with(Visibility.PUBLIC), new SecureRandom());

    int weighted = 0;
    for (int layer = 0; layer < shares[0].plan().layers().size(); layer++) {
      if (shares[0].plan().layers().get(layer) instanceof WeightedLayer) {
        WordShare first = (WordShare) shares[0].weightsOrNull(layer);
        assertSame(first.words(), ((WordShare) shares[1].weightsOrNull(layer)).words());
        weighted++;
      }
    }
    assertTrue(weighted > 1, weighted + " layers with weights");
  }

  @Test
  void shouldPackEqualArraysOfTwoSharingsTwice() {
    LinearKernel kernel = new PackedOnce(LinearKernels.best());

    assertNotSame(kernel.pack(MAP, WEIGHTS), kernel.pack(MAP, WEIGHTS.clone()));
  }
}
