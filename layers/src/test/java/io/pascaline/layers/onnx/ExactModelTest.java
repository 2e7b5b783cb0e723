// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.GraphSketch;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A model as exporters write it, ReLU and max pooling included, runs as it is. */
class ExactModelTest {
  private static final long SEED = 20260125;

  @Test
  void shouldRunInTheClassicSuiteAsItIs() {
    TestModel model =
        new TestModel(SEED, 1, 2, 8, 8)
            .weights("w", 0.3, 4, 2, 3, 3)
            .weights("v", 0.3, 64, 3)
            .node("Conv", "x w -> conv", ints("pads", 1, 1, 1, 1))
            .node("Relu", "conv -> relu")
            .node("MaxPool", "relu -> pool", ints("kernel_shape", 2, 2), ints("strides", 2, 2))
            .node("Flatten", "pool -> flat")
            .node("MatMul", "flat v -> y");
    NetworkGraph graph = OnnxImporter.read(model.bytes(), "exact");
    List<float[]> inputs = GraphSketch.inputs(graph, SEED, 4);

    ClassicNetwork network = ClassicCompiler.compile(graph, inputs, ClassicSettings.standard());
    LocalReport report = LocalRun.of(network).run(inputs.get(0));

    // The masks are fresh: a share may wrap, but hardly ever.
    assertTrue(network.plan().costs().failureProbability() < 1e-5);
    assertTrue(report.ok(), report.toString());
    // Two linear layers, a comparison of 8 rounds, and two levels of comparisons in a 2x2 window.
    assertEquals(2 + 8 + 16, report.rounds());
  }
}
