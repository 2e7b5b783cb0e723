// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.PolynomialProtocol;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.sim.network.NetworkModel;
import io.pascaline.sim.network.Profiles;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Simulated runs of the classic suite give the answers of the integers, by every protocol. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ClassicAnswersTest {
  private static final long SEED = 20261124;
  private static final Shape INPUT = Shape.of(2, 6, 6);
  private static final Shape HIDDEN = Shape.of(4, 6, 6);
  private static final int INFERENCES = 4;

  private enum Protocols {
    HONEY_BADGER(false, false, PolynomialProtocol.HONEY_BADGER, PolynomialProtocol.HONEY_BADGER, 5),
    ESPN(false, false, PolynomialProtocol.ESPN, PolynomialProtocol.ESPN, 5),
    TREE(false, false, PolynomialProtocol.TREE, PolynomialProtocol.TREE, 7),
    EXACT(true, true, PolynomialProtocol.ESPN, PolynomialProtocol.ESPN, 3 + 8 + 8 + 16),
    TREE_AND_ESPN(false, false, PolynomialProtocol.TREE, PolynomialProtocol.ESPN, 6),
    EXACT_AND_ESPN(true, false, PolynomialProtocol.ESPN, PolynomialProtocol.ESPN, 3 + 8 + 1 + 16);

    private final boolean exactFirst;
    private final boolean exactSecond;
    private final PolynomialProtocol first;
    private final PolynomialProtocol second;
    private final int rounds;

    Protocols(
        boolean exactFirst,
        boolean exactSecond,
        PolynomialProtocol first,
        PolynomialProtocol second,
        int rounds) {
      this.exactFirst = exactFirst;
      this.exactSecond = exactSecond;
      this.first = first;
      this.second = second;
      this.rounds = rounds;
    }

    /** Two activations; a network with an exact one has a maximum, the others a mean. */
    ClassicNetwork network() {
      SplittableRandom random = new SplittableRandom(SEED);
      GraphNode pool =
          exactFirst
              ? new MaxPoolNode("pool", List.of("act2"), HIDDEN, 2, 2, 2, 2, 0, 0, 0, 0)
              : new AveragePoolNode("pool", List.of("act2"), HIDDEN, 2, 2, 2, 2, 0, 0, 0, 0, true);
      NetworkGraph graph =
          new NetworkGraph(
              "classic",
              "input",
              INPUT,
              List.of(
                  linear("conv1", "input", convolution(2), random),
                  activation("act1", "conv1", exactFirst),
                  linear("conv2", "act1", convolution(4), random),
                  activation("act2", "conv2", exactSecond),
                  pool,
                  new ReshapeNode("flat", List.of("pool"), Shape.of(4, 3, 3), Shape.of(36)),
                  linear("logits", "flat", new MatrixProduct(36, 3), random)),
              "logits");
      ClassicSettings settings = ClassicSettings.standard();
      settings = exactFirst ? settings : settings.withProtocol("act1", first);
      settings = exactSecond ? settings : settings.withProtocol("act2", second);
      return ClassicCompiler.compile(graph, TestNetworks.inputs(INPUT, 16, random), settings);
    }
  }

  @ParameterizedTest
  @EnumSource(Protocols.class)
  void shouldAnswerAsTheIntegersDo(Protocols protocols) {
    ClassicNetwork network = protocols.network();
    ClassicEvaluator evaluator = new ClassicEvaluator(network);
    List<float[]> inputs = TestNetworks.inputs(network, INFERENCES, SEED + 1);

    SimulationResult result =
        SimulatedInference.run(
            network,
            inputs,
            SimulationSettings.builder()
                .network(NetworkModel.uniform(Profiles.parse("wan,jitter=1ms")))
                .inferences(INFERENCES, 0)
                .correlations(2, 1)
                .build());

    assertEquals(INFERENCES, result.answers().size());
    for (SimulatedAnswer answer : result.answers()) {
      assertTrue(answer.succeeded(), answer.toString());
      long[] input = evaluator.encodeInput(inputs.get(answer.number()));
      long[] expected = evaluator.run(input);
      long[] actual = new long[expected.length];
      DoubleWordPlanes.join(answer.resultOrNull().logitWords(), 0, actual);
      double bound = evaluator.errorBoundUlps(input);
      assertTrue(bound < Math.scalb(1.0, network.plan().outputFractionBits()), "bound " + bound);
      for (int i = 0; i < expected.length; i++) {
        double difference = Math.abs((double) (actual[i] - expected[i]));
        assertTrue(difference <= bound, "logit " + i + ": off by " + difference + " of " + bound);
      }
    }
    assertEquals(protocols.rounds, result.rounds());
    assertEquals(network.plan().costs().rounds(), result.rounds());
    assertEquals(network.plan().costs().onlineBytesPerDirection(), result.onlineBytesPerParty());
    assertEquals(network.plan().costs().offlineBytes(), result.offlineBytes());
    // A wrap, which would show as a wrong answer, is that rare.
    assertTrue(network.plan().costs().failureProbability() < 1e-3);
  }

  private static GraphNode activation(String name, String input, boolean exact) {
    return exact
        ? new ReluNode(name, List.of(input), HIDDEN)
        : new ActivationNode(name, List.of(input), HIDDEN, ReplaceRelu.POLY4);
  }

  private static Convolution2d convolution(int inputs) {
    return new Convolution2d(inputs, 6, 6, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    double scale = 1 / Math.sqrt((double) weights.length / map.outputShape().dim(0));
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextDouble(-1, 1) * scale);
    }
    return new LinearNode(name, List.of(input), map, weights, null);
  }
}
