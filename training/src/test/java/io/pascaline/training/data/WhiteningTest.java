// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.linear.Shape;
import org.junit.jupiter.api.Test;

class WhiteningTest {
  private static final int SIZE = 28;
  private static final ImageSet IMAGES = SyntheticImages.bands(200, SIZE, 4, 31);
  private static final ChannelNormalisation NORMALISATION = ChannelNormalisation.of(IMAGES);

  @Test
  void shouldMakePatchesUncorrelatedOfVarianceOne() {
    NetworkGraph graph =
        Whitening.of(
            Zoo.build("wide-m", Shape.of(1, SIZE, SIZE), 4, null, 1), IMAGES, NORMALISATION);
    LinearNode first = (LinearNode) graph.node(Whitening.firstConvolution(graph));
    int outputs = first.map().outputShape().dim(0);
    int side = first.map().outputShape().dim(1);
    double[][] moments = new double[outputs][outputs];
    byte[] pixels = new byte[IMAGES.sampleCount()];
    float[] input = new float[pixels.length];
    long places = 0;
    for (int image = 0; image < IMAGES.count(); image++) {
      IMAGES.pixels(image, pixels);
      NORMALISATION.apply(pixels, input, 0);
      float[] output = new FloatEvaluator(graph).runAll(input).get(first.name());
      // Every second place, as the statistics were taken; the bias is no part of the law.
      for (int y = 0; y < side; y += 2) {
        for (int x = 0; x < side; x += 2) {
          add(moments, output, first.biasOrNull(), side, y * side + x);
          places++;
        }
      }
    }
    for (int i = 0; i < outputs; i++) {
      for (int j = 0; j < outputs; j++) {
        int half = outputs / 2;
        double sign = i % half != j % half ? 0 : i == j ? 1 : -1;
        double moment = moments[i][j] / places;
        double variance = moments[j][j] / places;
        assertEquals(sign * variance, moment, 1e-3, "components " + i + " and " + j);
        // A component of variance v comes out with v / (v + 5e-4).
        assertTrue(variance > 0.9 && variance <= 1 + 1e-3, "component " + j + ": " + variance);
      }
    }
  }

  private static void add(double[][] moments, float[] output, float[] bias, int side, int place) {
    int plane = side * side;
    for (int i = 0; i < moments.length; i++) {
      for (int j = 0; j < moments.length; j++) {
        moments[i][j] +=
            (double) (output[i * plane + place] - bias[i]) * (output[j * plane + place] - bias[j]);
      }
    }
  }

  @Test
  void shouldChangeTheFirstWeightsOnly() {
    NetworkGraph before = Zoo.build("wide-m", Shape.of(1, SIZE, SIZE), 4, null, 1);
    NetworkGraph after = Whitening.of(before, IMAGES, NORMALISATION);
    String first = Whitening.firstConvolution(before);

    for (int i = 0; i < before.nodes().size(); i++) {
      if (before.nodes().get(i) instanceof LinearNode linear && !linear.name().equals(first)) {
        assertArrayEquals(linear.weights(), ((LinearNode) after.nodes().get(i)).weights());
      }
    }
    assertArrayEquals(
        ((LinearNode) before.node(first)).biasOrNull(),
        ((LinearNode) after.node(first)).biasOrNull());
  }

  @Test
  void shouldRefuseMoreOutputsThanComponentsAndTheirNegatives() {
    // 64 outputs of patches of 3x3 grey pixels.
    NetworkGraph graph = Zoo.build("minionn", Shape.of(1, SIZE, SIZE), 4, null, 1);

    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class, () -> Whitening.of(graph, IMAGES, NORMALISATION));

    assertTrue(thrown.getMessage().contains("at most 18"), thrown.getMessage());
  }
}
