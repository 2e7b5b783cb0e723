// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

/**
 * A small residual network with random weights, images for it, and what every service must hold.
 */
public final class Fixtures {
  private static final PolynomialBasis ACTIVATION =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);
  public static final Shape INPUT = Shape.of(2, 6, 6);

  private Fixtures() {}

  /** conv, act, conv joined with its input, act, pool, fully connected: 5 layers with messages. */
  public static FusedNetwork residual(long seed) {
    return residual(seed, 4);
  }

  /** Returns the same with another number of hidden channels, and so with another plan. */
  public static FusedNetwork residual(long seed, int channels) {
    SplittableRandom random = new SplittableRandom(seed);
    Shape hidden = Shape.of(channels, 6, 6);
    NetworkGraph graph =
        new NetworkGraph(
            "small",
            "input",
            INPUT,
            List.of(
                linear("conv1", "input", convolution(2, channels), random),
                new ActivationNode("act1", List.of("conv1"), hidden, ACTIVATION),
                linear("conv2", "act1", convolution(channels, channels), random),
                new AddNode("join", List.of("conv2", "act1"), hidden),
                new ActivationNode("act2", List.of("join"), hidden, ACTIVATION),
                AveragePoolNode.global("pool", "act2", hidden),
                new ReshapeNode(
                    "flat", List.of("pool"), Shape.of(channels, 1, 1), Shape.of(channels)),
                linear("logits", "flat", new MatrixProduct(channels, 3), random)),
            "logits");
    List<float[]> calibration = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      calibration.add(image(random));
    }
    return FusedCompiler.compile(graph, calibration, FusedSettings.standard());
  }

  /** Nothing but a pool: no layer of it has a protocol. */
  public static FusedNetwork pooling(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    NetworkGraph graph =
        new NetworkGraph(
            "pooling",
            "input",
            INPUT,
            List.of(
                AveragePoolNode.global("pool", "input", INPUT),
                new ReshapeNode("flat", List.of("pool"), Shape.of(2, 1, 1), Shape.of(2))),
            "flat");
    List<float[]> calibration = new ArrayList<>();
    for (int i = 0; i < 32; i++) {
      calibration.add(image(random));
    }
    return FusedCompiler.compile(graph, calibration, FusedSettings.standard());
  }

  private static Convolution2d convolution(int inputs, int outputs) {
    return new Convolution2d(inputs, 6, 6, outputs, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
  }

  private static LinearNode linear(
      String name, String input, LinearMap map, SplittableRandom random) {
    float[] weights = new float[map.weightShape().elementCount()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextDouble(-1, 1) * 0.3);
    }
    float[] bias = new float[map.outputShape().dim(0)];
    for (int i = 0; i < bias.length; i++) {
      bias[i] = (float) random.nextDouble(-0.5, 0.5);
    }
    return new LinearNode(name, List.of(input), map, weights, bias);
  }

  /** Returns a random image. */
  public static float[] image(SplittableRandom random) {
    float[] image = new float[INPUT.elementCount()];
    for (int i = 0; i < image.length; i++) {
      image[i] = (float) random.nextDouble(-1, 1);
    }
    return image;
  }

  /** Waits for a stage, at most a minute. */
  public static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Logits equal the integer semantics up to the bound derived for that very input. */
  public static void assertAnswer(
      FusedNetwork network, float[] input, InferenceResult result, long seed) {
    FusedEvaluator evaluator = new FusedEvaluator(network);
    int[] words = evaluator.encodeInput(input);
    int[] expected = evaluator.run(words);
    double[] boundUlps = evaluator.errorBoundUlps(words);
    assertEquals(expected.length, result.logitWords().length, "seed " + seed);
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) result.logitWords()[i] - expected[i]);
      assertTrue(
          difference <= boundUlps[i],
          "seed " + seed + ", logit " + i + ": off by " + difference + ", bound " + boundUlps[i]);
    }
  }

  /** Many inferences at once, each with its own answer. */
  public static void assertPipelined(
      FusedNetwork network, InferenceService service, int inferenceCount, long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] images = new float[inferenceCount][];
    @SuppressWarnings({"unchecked", "rawtypes"})
    CompletionStage<InferenceResult>[] results = new CompletionStage[inferenceCount];
    for (int i = 0; i < inferenceCount; i++) {
      images[i] = image(random);
      results[i] = service.infer(images[i]);
    }
    for (int i = 0; i < inferenceCount; i++) {
      assertAnswer(network, images[i], await(results[i]), seed);
    }
  }

  /** Asks again, within a minute, until the service answers; every answer must be right. */
  public static void assertAnswersEventually(
      FusedNetwork network, InferenceService service, long seed) throws Exception {
    float[] image = image(new SplittableRandom(seed));
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        assertAnswer(network, image, await(service.infer(image)), seed);
        return;
      } catch (ExecutionException failed) {
        if (System.nanoTime() > deadlineNs) {
          throw failed;
        }
      }
    }
  }
}
