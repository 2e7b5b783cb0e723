// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Views, concatenations and differences, written and read again. */
class ExportedShapesTest {
  @Test
  void shouldExportViewsConcatenationsAndDifferences() {
    for (long seed = 0; seed < 5; seed++) {
      NetworkGraph graph = graph();
      NetworkGraph read = OnnxImporter.read(OnnxExporter.write(graph, Map.of()), "test");
      SplittableRandom random = new SplittableRandom(seed);
      float[] input = new float[graph.inputShape().elementCount()];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextDouble(-1, 1);
      }

      assertArrayEquals(
          new FloatEvaluator(graph).run(input),
          new FloatEvaluator(read).run(input),
          "seed " + seed);
    }
  }

  private static NetworkGraph graph() {
    Shape shape = Shape.of(2, 3, 4);
    TensorView framed = TensorView.padded(shape, new int[] {0, 1, 1}, new int[3], false);
    TensorView turned = TensorView.transposed(framed.outputShape(), 0, 2, 1);
    TensorView repeated = TensorView.padded(shape, new int[] {0, 1, 1}, new int[3], true);
    Shape large = framed.outputShape();
    Concatenation both = new Concatenation(List.of(large, large), 1);
    List<GraphNode> nodes =
        List.of(
            new ViewNode("framed", List.of("x"), framed, 0.5f),
            new ViewNode("turned", List.of("framed"), turned, 0),
            new ViewNode(
                "back", List.of("turned"), TensorView.transposed(turned.outputShape(), 0, 2, 1), 0),
            new ViewNode("repeated", List.of("x"), repeated, 0),
            new AddNode("difference", List.of("back", "repeated"), large, true),
            new ConcatNode("all", List.of("difference", "framed"), both));
    return new NetworkGraph("shapes", "x", shape, nodes, "all");
  }
}
