// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plaintext;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class FloatHarmonicsTest {
  private static final Shape SHAPE = Shape.of(2, 3, 5);

  private static HarmonicFunction function(SplittableRandom random) {
    int[] multiples = {1, 7, 300, 2, 9, 1 << 20};
    double[] cosines = random.doubles(6, -1, 1).toArray();
    double[] sines = random.doubles(6, -1, 1).toArray();
    double[] constants = random.doubles(2, -1, 1).toArray();
    double[] slopes = random.doubles(2, -1, 1).toArray();
    return new HarmonicFunction(2, 3, multiples, constants, slopes, cosines, sines);
  }

  /** Six waves are off by 2^-29 each at most, and the sum is rounded to float. */
  @Test
  void shouldComputeEachChannelsFunction() {
    for (long seed = 0; seed < 50; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      HarmonicFunction function = function(random);
      float[] input = new float[SHAPE.elementCount()];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextDouble(-100, 100);
      }
      HarmonicNode node = new HarmonicNode("h", List.of("x"), SHAPE, function, 64);
      float[] output = FloatEvaluator.apply(node, input);
      for (int i = 0; i < input.length; i++) {
        double expected = function.value(i / 15, input[i], 64);
        double rounding = Math.ulp((float) expected) + 6 * 0x1.0p-29;
        assertEquals(expected, output[i], rounding, "seed " + seed);
      }
    }
  }

  @Test
  void shouldRefuseAPeriodOrChannelsThatDoNotFit() {
    HarmonicFunction function = function(new SplittableRandom(1));
    List<String> inputs = List.of("x");
    assertThrows(
        IllegalArgumentException.class, () -> new HarmonicNode("h", inputs, SHAPE, function, 48));
    assertThrows(
        IllegalArgumentException.class,
        () -> new HarmonicNode("h", inputs, Shape.of(3, 5), function, 64));
  }

  /** Running again from the tensor that it has anyway changes nothing. */
  @Test
  void shouldRunAgainWhatDependsOnATensor() {
    Shape shape = Shape.of(3);
    NetworkGraph graph =
        new NetworkGraph(
            "sum",
            "x",
            shape,
            List.of(
                new ReluNode("a", List.of("x"), shape),
                new AddNode("b", List.of("a", "x"), shape),
                new AddNode("c", List.of("b", "a"), shape)),
            "c");
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    Map<String, float[]> tensors = evaluator.runAll(new float[] {-1, 2, 3});

    assertArrayEquals(new float[] {-1, 6, 9}, evaluator.runFrom(tensors, "a", tensors.get("a")));
    assertArrayEquals(
        new float[] {1, 4, 9}, evaluator.runFrom(tensors, "a", new float[] {1, 1, 3}));
    assertArrayEquals(
        new float[] {0, 0, 0}, evaluator.runFrom(tensors, "c", new float[] {0, 0, 0}));
    assertThrows(
        IllegalArgumentException.class, () -> evaluator.runFrom(tensors, "d", new float[3]));
  }
}
