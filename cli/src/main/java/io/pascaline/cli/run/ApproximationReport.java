// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.output.Figures;
import io.pascaline.cli.output.TextTable;
import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.approximate.LayerApproximation;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ScalarFunction;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What the compiler approximated, and how well, for people and programs. */
public final class ApproximationReport {
  private static final int MAX_FUNCTION = 24;

  private ApproximationReport() {}

  /**
   * Returns the approximated network of a compiled one.
   *
   * @return empty if nothing was approximated
   */
  public static Optional<ApproximatedNetwork> approximated(CompiledNetwork network) {
    return network instanceof FusedNetwork fused
        ? fused.approximated().filter(approximated -> !approximated.layers().isEmpty())
        : Optional.empty();
  }

  /**
   * Returns one line for people: how many layers, how many harmonics, and the error of the outputs.
   */
  public static Optional<String> summary(CompiledNetwork network) {
    return approximated(network).map(ApproximationReport::summary);
  }

  /** Returns one line about harmonics that the model itself has; empty if it has none. */
  public static Optional<String> ofModel(NetworkGraph graph) {
    long layers = graph.nodes().stream().filter(HarmonicNode.class::isInstance).count();
    return layers == 0
        ? Optional.empty()
        : Optional.of(
            Figures.plural(layers, "activation") + " of the model, evaluated as they are");
  }

  private static String summary(ApproximatedNetwork network) {
    int min = Integer.MAX_VALUE;
    int max = 0;
    for (LayerApproximation layer : network.layers()) {
      min = Math.min(min, layer.harmonicCount());
      max = Math.max(max, layer.harmonicCount());
    }
    return Figures.plural(network.layers().size(), "layer")
        + " approximated by "
        + (min == max ? min : min + " to " + max)
        + " harmonics; the error of the outputs is "
        + percent(network.effect())
        + " of their standard deviation (--approximate-budget)";
  }

  private static String percent(double part) {
    return String.format(Locale.ROOT, "%.2g %%", 100 * part);
  }

  /** Prints a row for each approximated layer. */
  public static void print(ApproximatedNetwork network, PrintWriter out) {
    TextTable table =
        new TextTable(
            "<approximated",
            "<function",
            "harmonics",
            "<slope",
            "range",
            "mean error",
            "largest",
            "of outputs",
            "B/value");
    for (LayerApproximation layer : network.layers()) {
      table.row(
          layer.layer(),
          function(layer),
          layer.harmonicCount(),
          layer.node().function().hasSlope() ? "yes" : "no",
          String.format(Locale.ROOT, "%.4g", layer.range()),
          String.format(Locale.ROOT, "%.2g", layer.rmsError()),
          String.format(Locale.ROOT, "%.2g", layer.largestError()),
          Double.isNaN(layer.expectedEffect()) ? "" : percent(layer.expectedEffect()),
          layer.correctionBytesPerElement());
    }
    table.print(out);
    out.flush();
  }

  private static String function(LayerApproximation layer) {
    ScalarFunction first = layer.functions().get(0);
    String text = first.equals(ScalarFunction.relu()) ? "ReLU" : first.toString();
    String shown = text.length() <= MAX_FUNCTION ? text : text.substring(0, MAX_FUNCTION - 1) + "…";
    return layer.functions().size() == 1 ? shown : shown + " and others";
  }

  /** Returns the same for programs; keys are documented in docs/cli.md. */
  public static List<Map<String, Object>> tree(ApproximatedNetwork network) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (LayerApproximation layer : network.layers()) {
      Map<String, Object> row = new LinkedHashMap<>();
      row.put("layer", layer.layer());
      row.put("function", layer.functions().get(0).toString());
      row.put("harmonics", layer.harmonicCount());
      row.put("slope", layer.node().function().hasSlope());
      row.put("range", layer.range());
      row.put("rmsError", layer.rmsError());
      row.put("largestError", layer.largestError());
      row.put("effect", Double.isNaN(layer.expectedEffect()) ? null : layer.expectedEffect());
      row.put("bytesPerValue", layer.correctionBytesPerElement());
      rows.add(row);
    }
    return rows;
  }
}
