// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.PolynomialProtocol;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.share.Ring;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Which suite and protocols a plan has, and what can go wrong by chance.
 *
 * @param suite {@code fused} or {@code classic}
 * @param visibility who knows the weights
 * @param activationLayers number of layers by the word of their protocol
 * @param fractionBits of the input; in the classic suite of all tensors
 * @param activationError how far any one activation's output can be off by rounding, within its
 *     bound; the largest of all
 * @param failureProbability at most, that an inference is wrong because a share wraps, for any
 *     input within the layers' bounds; 0 in the fused suite
 * @param expectedFailures wrong elements per inference on average, for inputs like those of the
 *     calibration; NaN where that is not known
 */
public record SuiteFigures(
    String suite,
    Visibility visibility,
    Map<String, Integer> activationLayers,
    int fractionBits,
    double activationError,
    double failureProbability,
    double expectedFailures) {
  /** A bound this many times what is expected says little by itself. */
  private static final double LOOSE = 4;

  /**
   * Returns the figures of a compiled network.
   *
   * @param network with what its compiler expects
   * @return the figures
   */
  public static SuiteFigures of(CompiledNetwork network) {
    double expected = network instanceof ClassicNetwork classic ? classic.expectedFailures() : 0;
    return of(network.plan(), expected);
  }

  /**
   * Returns the figures that a plan alone tells.
   *
   * @param plan the plan
   * @return the figures
   */
  public static SuiteFigures of(NetworkPlan plan) {
    return of(plan, plan.ring() == Ring.WORDS ? 0 : Double.NaN);
  }

  private static SuiteFigures of(NetworkPlan plan, double expected) {
    Map<String, Integer> layers = new TreeMap<>();
    double error = 0;
    for (PlanLayer layer : plan.layers()) {
      String protocol = protocolOrNull(layer);
      if (protocol != null) {
        layers.merge(protocol, 1, Integer::sum);
        error = Math.max(error, Math.scalb(errorUlps(layer), -layer.outputFractionBits()));
      }
    }
    return new SuiteFigures(
        plan.ring() == Ring.WORDS ? "fused" : "classic",
        plan.visibility(),
        layers,
        plan.inputFractionBits(),
        error,
        plan.costs().failureProbability(),
        expected);
  }

  /** Returns the word of a layer's protocol, or null if it is no activation. */
  static String protocolOrNull(PlanLayer layer) {
    if (layer instanceof FusedFunctionLayer) {
      return "fused";
    }
    if (!(layer instanceof ClassicActivationLayer classic)) {
      return null;
    }
    if (classic.activation() instanceof ClassicPolynomial polynomial) {
      return PolynomialProtocol.of(polynomial).label();
    }
    return classic.activation() instanceof ExactMaxPool ? "maxpool" : "relu";
  }

  private static double errorUlps(PlanLayer layer) {
    return layer instanceof FusedFunctionLayer function
        ? function.activation().errorBoundUlps()
        : ((ClassicActivationLayer) layer).activation().errorBoundUlps();
  }

  /** Returns the suite and its protocols in a few words. */
  public String describe() {
    String protocols =
        activationLayers.entrySet().stream()
            .map(entry -> entry.getKey() + " (" + entry.getValue() + ")")
            .collect(Collectors.joining(", "));
    return suite.equals("fused")
        ? "fused, ring elements of 32 bits, " + TrustModel.weights(visibility)
        : "classic, ring elements of 64 bits; activations: "
            + (protocols.isEmpty() ? "none" : protocols);
  }

  /** Returns the precision in a few words. */
  public String describePrecision() {
    return String.format(
        Locale.ROOT,
        "%d fraction bits; an activation's own rounding error is at most %.2g within its layer"
            + " bound (weights and sums are also rounded: see warnings of little margin)",
        fractionBits,
        activationError);
  }

  /** Returns what can go wrong by chance, in one line. */
  public String describeFailure() {
    if (suite.equals("fused")) {
      return "0: no step of the fused suite fails while inputs stay within the layers' bounds";
    }
    String bound =
        String.format(
            Locale.ROOT,
            "at most %.2g per inference, for any input within the layers' bounds",
            failureProbability);
    return expectedFailures * LOOSE < failureProbability
        ? bound
            + String.format(
                Locale.ROOT, "; about %.2g for inputs like those of calibration", expectedFailures)
        : bound;
  }

  /**
   * Adds the figures to a report.
   *
   * @param json the report's object
   */
  public void addTo(ObjectNode json) {
    json.put("suite", suite);
    json.put("visibility", VisibilityNames.label(visibility));
    json.put("activation", String.join(",", activationLayers.keySet()));
    ObjectNode layers = json.putObject("activationLayers");
    activationLayers.forEach(layers::put);
    json.put("fractionBits", fractionBits);
    addFailureTo(json);
  }

  /**
   * Adds the probabilities alone.
   *
   * @param json the object
   */
  public void addFailureTo(ObjectNode json) {
    json.put("failureProbability", failureProbability);
    if (Double.isNaN(expectedFailures)) {
      json.putNull("expectedFailures");
    } else {
      json.put("expectedFailures", expectedFailures);
    }
  }
}
