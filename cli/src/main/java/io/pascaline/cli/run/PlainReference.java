// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.options.SuiteChoice;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.write.OnnxWriter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A network in plaintext over all images: by ONNX Runtime, or by our own float evaluator where ONNX
 * Runtime does not take it.
 *
 * @param network which network it is
 * @param logits by image; null when there is no model to evaluate
 * @param latencies on ONNX Runtime; no times if it did not run
 * @param describe which evaluator, or why there is none
 */
public record PlainReference(
    PlaintextNetwork network, float[][] logits, Latencies latencies, String describe) {
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
    return new PlainReference(PlaintextNetwork.AS_GIVEN, null, new Latencies(), reason);
  }

  /**
   * Evaluates all images.
   *
   * @param model the model
   * @param inputs the images
   * @return logits and times
   */
  public static PlainReference of(LoadedModel model, NetworkInputs inputs) {
    return of(
        PlaintextNetwork.AS_GIVEN,
        OnnxRuntimeBaseline.open(model.onnx(), model.inputDims()),
        model::graph,
        inputs);
  }

  /**
   * Evaluates all images on the network that a choice makes of the model, and on those that differ
   * from it: the model's own if activations were replaced, and the private network's if functions
   * were approximated.
   *
   * @param model the model
   * @param choice with the network
   * @param compiled the network compiled
   * @param inputs the images
   * @return logits and times, first those of the choice's network
   */
  public static List<PlainReference> of(
      LoadedModel model, SuiteChoice choice, CompiledNetwork compiled, NetworkInputs inputs) {
    List<PlainReference> references = new ArrayList<>();
    if (choice.replaced()) {
      references.add(of(PlaintextNetwork.REPLACED, choice.graph(), inputs));
    }
    references.add(of(model, inputs));
    ApproximationReport.approximated(compiled)
        .ifPresent(
            approximated ->
                references.add(of(PlaintextNetwork.APPROXIMATED, approximated.graph(), inputs)));
    return references;
  }

  /** Evaluates all images on a network of which no file exists. */
  private static PlainReference of(
      PlaintextNetwork network, NetworkGraph graph, NetworkInputs inputs) {
    OnnxRuntimeBaseline.Opening opening =
        OnnxWriter.isWritable(graph)
            ? OnnxRuntimeBaseline.open(
                OnnxWriter.withOutputs(graph, List.of(graph.outputName())).toDirectBuffer(),
                graph.inputShape().dims())
            : OnnxRuntimeBaseline.Opening.refused("it has 2 GiB of weights");
    return of(network, opening, () -> graph, inputs);
  }

  private static PlainReference of(
      PlaintextNetwork network,
      OnnxRuntimeBaseline.Opening opening,
      Supplier<NetworkGraph> graph,
      NetworkInputs inputs) {
    if (opening.baseline().isPresent()) {
      try (OnnxRuntimeBaseline baseline = opening.baseline().get()) {
        PlainRun.Outcome outcome =
            PlainRun.run(baseline::run, inputs, inputs.count(), RunSettings.DEFAULT_WARM_UP);
        return new PlainReference(
            network, outcome.logits(), outcome.latencies(), network.describe(baseline.describe()));
      }
    }
    FloatEvaluator evaluator = new FloatEvaluator(graph.get());
    PlainRun.Outcome outcome = PlainRun.run(evaluator::run, inputs, inputs.count(), 0);
    String engine = "float evaluator (ONNX Runtime does not run it: " + opening.refusal() + ")";
    return new PlainReference(network, outcome.logits(), new Latencies(), network.describe(engine));
  }
}
