// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.onnx.write.OnnxWriter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HadamardDiagonalTest {
  private static final long SEED = 3600;

  @ParameterizedTest(name = "{0}")
  @ValueSource(ints = {2, 4, 32})
  void shouldBeSylvestersMatrixOnEveryPlace(int channels) {
    Shape shape = Shape.of(channels, 2, 3);
    int plane = 6;
    NetworkGraph graph =
        new NetworkGraph("h", "input", shape, HadamardDiagonal.transform("h", "input", shape), "h");
    float[] input = Zoo.randomInput(graph, SEED);

    float[] output = new FloatEvaluator(graph).run(input);

    for (int i = 0; i < channels; i++) {
      for (int place = 0; place < plane; place++) {
        double sum = 0;
        for (int j = 0; j < channels; j++) {
          int sign = Integer.bitCount(i & j) % 2 == 0 ? 1 : -1;
          sum += sign * input[j * plane + place];
        }
        // log2(n) roundings of sums below n * sqrt(3).
        assertEquals(sum, output[i * plane + place], 1e-5 * channels, "seed " + SEED);
      }
    }
  }

  @Test
  void shouldBeItsOwnInverseUpToItsSize() {
    Shape shape = Shape.of(16);
    List<GraphNode> nodes = new ArrayList<>();
    nodes.addAll(HadamardDiagonal.transform("once", "input", shape));
    nodes.addAll(HadamardDiagonal.transform("twice", "once", shape));
    NetworkGraph graph = new NetworkGraph("hh", "input", shape, nodes, "twice");
    float[] input = Zoo.randomInput(graph, SEED);

    float[] output = new FloatEvaluator(graph).run(input);

    for (int i = 0; i < input.length; i++) {
      assertEquals(16 * input[i], output[i], 1e-4);
    }
  }

  @Test
  void shouldTakeAProductForEachElement() {
    NetworkGraph dense = Zoo.build("wide-h", 10, SEED);
    NetworkGraph graph = HadamardDiagonal.replaced(dense);

    assertEquals(1, dense.nodes().stream().filter(HadamardDiagonal::fits).count());
    assertEquals(0, graph.nodes().stream().filter(HadamardDiagonal::fits).count());
    assertEquals(dense.multiplyAdds() - 1024 * 1024, graph.multiplyAdds());
    assertEquals(Zoo.parameterCount(dense) - 1024 * 1024, Zoo.parameterCount(graph));
    assertEquals(Zoo.activationCount(dense), Zoo.activationCount(graph));
  }

  @Test
  void shouldReplacePointwiseConvolutionsAndKeepTheirBiases() {
    Convolution2d map = new Convolution2d(4, 3, 3, 4, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1);
    float[] bias = {1, 2, 3, 4};
    LinearNode conv = new LinearNode("conv", List.of("input"), map, new float[16], bias);
    ReluNode relu = new ReluNode("end", List.of("conv"), map.outputShape());
    NetworkGraph graph =
        HadamardDiagonal.replaced(
            new NetworkGraph("p", "input", map.inputShape(), List.of(conv, relu), "end"));

    AffineNode diagonal = (AffineNode) graph.node("conv");
    assertSame(bias, diagonal.shiftPerChannel());
    assertArrayEquals(new float[] {0.5f, 0.5f, 0.5f, 0.5f}, diagonal.scalePerChannel());
  }

  @Test
  void shouldLeaveOtherLayersAlone() {
    assertFalse(
        HadamardDiagonal.fits(
            new LinearNode("d", List.of("x"), new MatrixProduct(6, 6), new float[36], null)));
    assertFalse(
        HadamardDiagonal.fits(
            new LinearNode("d", List.of("x"), new MatrixProduct(8, 4), new float[32], null)));
    LinearNode last =
        new LinearNode("last", List.of("x"), new MatrixProduct(4, 4), new float[16], null);
    NetworkGraph classes = new NetworkGraph("c", "x", Shape.of(4), List.of(last), "last");
    assertSame(last, HadamardDiagonal.replaced(classes).node("last"));
    assertThrows(
        IllegalArgumentException.class, () -> HadamardDiagonal.transform("h", "x", Shape.of(12)));
  }

  @Test
  void shouldComeBackFromOnnx() {
    NetworkGraph graph = HadamardDiagonal.replaced(Zoo.build("wide-h", 10, SEED));
    float[] input = Zoo.randomInput(graph, SEED);

    byte[] file = OnnxWriter.named(graph, "input", "logits").with("test", Map.of()).toByteArray();
    NetworkGraph read = OnnxImporter.read(file, "wide-h");

    assertEquals(graph.multiplyAdds(), read.multiplyAdds());
    float[] expected = new FloatEvaluator(graph).run(input);
    assertArrayEquals(expected, new FloatEvaluator(read).run(input), 1e-4f, "seed " + SEED);
  }

  @Test
  void shouldCostOneRoundAndOneProductForEachElementOnShares() {
    NetworkGraph dense = Zoo.build("wide-h", 10, ReplaceRelu.POLY4, SEED);
    NetworkGraph graph = HadamardDiagonal.replaced(dense);
    float[] input = Zoo.randomInput(graph, SEED);

    FusedNetwork network = FusedCompiler.compile(graph, List.of(input), FusedSettings.standard());
    FusedNetwork twin = FusedCompiler.compile(dense, List.of(input), FusedSettings.standard());

    LocalReport report = LocalRun.of(network).run(input);
    assertTrue(report.ok(), report::toString);
    assertEquals(twin.plan().costs().rounds(), network.plan().costs().rounds());
    assertEquals(twin.plan().costs().offlineBytes(), network.plan().costs().offlineBytes());
  }
}
