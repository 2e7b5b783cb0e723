// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package com.example.consumer;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.protocols.activation.PolynomialBasis;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One private inference with all roles in this process, checked against the plaintext result. */
public final class OneInference {
  private OneInference() {}

  /**
   * Runs it; fails if an output differs from the plaintext one by more than the derived bound.
   *
   * @param args none
   */
  public static void main(String[] args) throws Exception {
    PolynomialBasis activation = new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);
    NetworkGraph graph = Zoo.build("fashion", 10, activation, 1);
    float[] input = Zoo.randomInput(graph, 2);
    List<float[]> calibration = List.of(input, Zoo.randomInput(graph, 3));
    FusedNetwork network = FusedCompiler.compile(graph, calibration, FusedSettings.standard());

    InferenceResult answer;
    try (InferenceService service = EmbeddedInference.start(network, EmbeddedSettings.defaults())) {
      answer = service.infer(input).toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    FusedEvaluator plaintext = new FusedEvaluator(network);
    int[] words = plaintext.encodeInput(input);
    int[] expected = plaintext.run(words);
    double[] bounds = plaintext.errorBoundUlps(words);
    for (int i = 0; i < expected.length; i++) {
      double difference = Math.abs((double) answer.logitWords()[i] - expected[i]);
      if (!(difference <= bounds[i])) {
        throw new IllegalStateException(
            "logit " + i + " is off by " + difference + " units, bound " + bounds[i]);
      }
    }
    System.out.println("class " + answer.prediction(network.plan()) + ", as in plaintext");
  }
}
