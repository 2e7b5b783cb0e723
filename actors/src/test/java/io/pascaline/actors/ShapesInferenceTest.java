// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Actors of local layers: party 0 alone pads, and a concatenation waits for all its inputs. */
@Timeout(120)
class ShapesInferenceTest {
  private static final long SEED = 47;
  private static final Shape HIDDEN = Shape.of(3, 6, 6);

  @Test
  void shouldMoveJoinAndSubtractTensors() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    FusedNetwork network = network(random);
    FusedEvaluator evaluator = new FusedEvaluator(network);
    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      List<float[]> images = new ArrayList<>();
      List<CompletionStage<InferenceResult>> results = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        images.add(Fixtures.image(random));
        results.add(service.infer(images.get(i)));
      }
      for (int i = 0; i < 6; i++) {
        int[] input = evaluator.encodeInput(images.get(i));
        int[] expected = evaluator.run(input);
        int[] actual = Fixtures.await(results.get(i)).logitWords();
        double[] bounds = evaluator.errorBoundUlps(input);
        for (int k = 0; k < expected.length; k++) {
          long difference = Math.abs((long) actual[k] - expected[k]);
          assertTrue(
              difference <= bounds[k],
              "seed " + SEED + ", logit " + k + ": off by " + difference + " of " + bounds[k]);
        }
      }
    }
  }

  private static FusedNetwork network(SplittableRandom random) {
    TensorView shifted =
        TensorView.padded(HIDDEN, new int[] {0, 1, -1}, new int[] {0, -1, 1}, false);
    Concatenation columns = new Concatenation(List.of(HIDDEN, HIDDEN, HIDDEN), 0);
    Shape joined = columns.outputShape();
    Shape mean = Shape.of(9, 1, 1);
    NetworkGraph graph =
        new NetworkGraph(
            "shapes",
            "input",
            Fixtures.INPUT,
            List.of(
                linear(
                    "conv",
                    "input",
                    new Convolution2d(2, 6, 6, 3, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1),
                    random),
                new ActivationNode("act", List.of("conv"), HIDDEN, ReplaceRelu.POLY4),
                new ViewNode("shifted", List.of("act"), shifted, 0.75f),
                new AddNode("difference", List.of("shifted", "act"), HIDDEN, true),
                new ConcatNode("all", List.of("difference", "conv", "shifted"), columns),
                new ActivationNode("active", List.of("all"), joined, ReplaceRelu.POLY2),
                AveragePoolNode.global("mean", "active", joined),
                new ReshapeNode("flat", List.of("mean"), mean, Shape.of(9)),
                linear("logits", "flat", new MatrixProduct(9, 3), random)),
            "logits");
    List<float[]> calibration = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      calibration.add(Fixtures.image(random));
    }
    return FusedCompiler.compile(graph, calibration, FusedSettings.standard());
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) random.nextDouble(-0.3, 0.3);
    }
    return new LinearNode(name, List.of(input), map, weights, null);
  }
}
