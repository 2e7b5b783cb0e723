// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;

/**
 * The network in plaintext over all images: by ONNX Runtime, or by our own float evaluator where
 * ONNX Runtime does not take the file.
 *
 * @param logits by image; null when there is no model to evaluate
 * @param latencies on ONNX Runtime; no times if it did not run
 * @param describe which evaluator, or why there is none
 */
public record PlainReference(float[][] logits, Latencies latencies, String describe) {
  /** Returns the reference of a client that does not have the model. */
  public static PlainReference none() {
    return none("no plaintext model (--model gives one)");
  }

  /**
   * Returns the reference of a run that compares nothing.
   *
   * @param reason why
   */
  public static PlainReference none(String reason) {
    return new PlainReference(null, new Latencies(), reason);
  }

  /**
   * Evaluates all images.
   *
   * @param model the model
   * @param inputs the images
   * @return logits and times
   */
  public static PlainReference of(LoadedModel model, NetworkInputs inputs) {
    return of(model, inputs, null);
  }

  /**
   * Evaluates all images on the network that a choice makes of the model.
   *
   * @param model the model
   * @param choice with the network, of which no file exists where something was replaced
   * @param inputs the images
   * @return logits and times
   */
  public static PlainReference of(LoadedModel model, SuiteChoice choice, NetworkInputs inputs) {
    return of(model, inputs, choice.replaced() ? choice.graph() : null);
  }

  private static PlainReference of(
      LoadedModel model, NetworkInputs inputs, NetworkGraph replacedOrNull) {
    if (replacedOrNull != null) {
      return evaluated(
          replacedOrNull, inputs, "float evaluator, on the network with its activations replaced");
    }
    OnnxRuntimeBaseline.Opening opening = OnnxRuntimeBaseline.open(model.onnx(), model.inputDims());
    if (opening.baseline().isPresent()) {
      try (OnnxRuntimeBaseline baseline = opening.baseline().get()) {
        PlainRun.Outcome outcome =
            PlainRun.run(baseline::run, inputs, inputs.count(), RunSettings.DEFAULT_WARM_UP);
        return new PlainReference(outcome.logits(), outcome.latencies(), baseline.describe());
      }
    }
    return evaluated(
        model.graph(),
        inputs,
        "float evaluator (ONNX Runtime does not run it: " + opening.refusal() + ")");
  }

  private static PlainReference evaluated(
      NetworkGraph graph, NetworkInputs inputs, String describe) {
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    PlainRun.Outcome outcome = PlainRun.run(evaluator::run, inputs, inputs.count(), 0);
    return new PlainReference(outcome.logits(), new Latencies(), describe);
  }
}
