// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.output.Figures;
import io.pascaline.cli.output.TextTable;
import io.pascaline.layers.compile.PolynomialProtocol;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.FunctionLayer;
import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.layers.plan.FusedFunctionLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.JoinLayer;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.layers.plan.WeightedLayer;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.classic.ClassicActivation;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.share.Ring;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a compiled plan and its costs for people. */
public final class PlanPrinter {
  private static final int DIGEST_BYTES = 8;

  private PlanPrinter() {}

  /**
   * Prints the plan layer by layer, then the sums.
   *
   * @param plan the plan
   * @param largestByLayer the largest magnitude seen in calibration, by layer id; layers without
   *     one have no margin in the table
   * @param out where to
   */
  public static void print(NetworkPlan plan, Map<Integer, Double> largestByLayer, PrintWriter out) {
    boolean classic = plan.ring() == Ring.DOUBLE_WORDS;
    boolean owned = plan.visibility() == Visibility.OWNED;
    TextTable table =
        new TextTable(
            "layer",
            "<name",
            "<kind",
            "<output",
            "rounds",
            owned ? "online B, P0 / P1" : "online B",
            owned ? "offline B, dealer / P1" : "offline B",
            "multiply-adds",
            "bits",
            "bound",
            "margin",
            classic ? "wrong <=" : "<");
    PlanCosts costs = plan.costs();
    boolean oneSided = costs.online().byParty0() != costs.online().byParty1();
    for (PlanLayer layer : plan.layers()) {
      LayerCost cost = costs.layers().get(layer.id());
      table.row(
          layer.id(),
          layer.name(),
          kind(layer),
          layer.outputShape(),
          cost.rounds(),
          online(cost.online(), oneSided),
          Figures.count(cost.offlineBytes())
              + (owned ? " / " + Figures.count(cost.advanceBytes()) : ""),
          Figures.count(cost.multiplyAdds()),
          layer.outputFractionBits(),
          bound(layer),
          margin(plan, layer, largestByLayer),
          cost.failureProbability() > 0
              ? String.format(Locale.ROOT, "%.1e", cost.failureProbability())
              : "");
    }
    table.print(out);
    out.println();
    summary(plan, costs, out);
  }

  private static void summary(NetworkPlan plan, PlanCosts costs, PrintWriter out) {
    line(out, "model", plan.name() + ", input " + plan.inputShape());
    line(
        out,
        "input range",
        plan.inputRange().limits().stream()
            .map(limit -> String.format(Locale.ROOT, "%.4g", limit))
            .collect(Collectors.joining(", ", "up to ", " in magnitude")));
    line(
        out,
        "digest",
        HexFormat.of().formatHex(plan.digest(), 0, DIGEST_BYTES) + "... (all roles must agree)");
    line(out, "rounds", costs.rounds() + " rounds per image");
    line(out, "online bytes", sent(costs.online()));
    if (costs.advanceBytes() > 0) {
      line(
          out,
          "bytes in advance",
          Figures.bytes(costs.advanceBytes()) + " per image from party 1 to party 0, offline");
    }
    line(
        out,
        "offline bytes",
        Figures.bytes(costs.offlineBytes())
            + " per image from the dealer, "
            + (costs.offlineBytesOfTwo(1) == 0 && costs.offlineBytes() > 0
                ? "to party 0"
                : "to both parties together"));
    line(out, "setup bytes", setup(costs.setup()));
    line(
        out,
        "multiply-adds",
        Figures.count(costs.multiplyAdds())
            + (plan.visibility() == Visibility.OWNED
                ? " per image at party 0, online"
                : " per image and party, online"));
    line(out, "trust model", TrustModel.of(plan.visibility()));
    memory(MemoryNeed.of(plan, LinearKernels.best()), out);
    out.flush();
  }

  private static String online(SentBytes bytes, boolean oneSided) {
    return oneSided
        ? Figures.count(bytes.byParty0()) + " / " + Figures.count(bytes.byParty1())
        : Figures.count(bytes.byParty0());
  }

  /** Returns what the parties send each other for one image. */
  static String sent(SentBytes bytes) {
    return bytes.byParty0() == bytes.byParty1()
        ? Figures.bytes(bytes.byParty0()) + " per image, party and direction"
        : "party 0 sends "
            + Figures.bytes(bytes.byParty0())
            + ", party 1 sends "
            + Figures.bytes(bytes.byParty1())
            + " per image";
  }

  private static String setup(SentBytes bytes) {
    if (bytes.total() == 0) {
      return "none";
    }
    return bytes.byParty0() == bytes.byParty1()
        ? Figures.bytes(bytes.byParty0()) + " per party and direction, once"
        : Figures.bytes(bytes.larger()) + " from party 0 to party 1, once";
  }

  /**
   * Returns the costs of a plan for programs: sums, and each layer.
   *
   * @param costs of the plan
   */
  public static Map<String, Object> tree(PlanCosts costs) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("rounds", costs.rounds());
    tree.put("onlineBytesPerParty", costs.onlineBytesPerDirection());
    tree.put("onlineBytesByParty", byParty(costs.online()));
    tree.put("advanceBytes", costs.advanceBytes());
    tree.put("offlineBytes", costs.offlineBytes());
    tree.put("setupBytesByParty", byParty(costs.setup()));
    List<Map<String, Object>> layers = new ArrayList<>();
    for (LayerCost cost : costs.layers()) {
      Map<String, Object> layer = new LinkedHashMap<>();
      layer.put("layer", cost.layer());
      layer.put("name", cost.name());
      layer.put("rounds", cost.rounds());
      layer.put("onlineBytesByParty", byParty(cost.online()));
      layer.put("advanceBytes", cost.advanceBytes());
      layer.put("offlineBytes", cost.offlineBytes());
      layer.put("setupBytesByParty", byParty(cost.setup()));
      layer.put("multiplyAdds", cost.multiplyAdds());
      layers.add(layer);
    }
    tree.put("layers", layers);
    return tree;
  }

  private static List<Long> byParty(SentBytes bytes) {
    return List.of(bytes.byParty0(), bytes.byParty1());
  }

  private static void memory(MemoryNeed need, PrintWriter out) {
    line(
        out,
        "memory of a party",
        Figures.mib(need.partyWeightBytes())
            + " for weights, "
            + Figures.mib(need.inferenceBytes())
            + " per inference, at least "
            + Figures.mib(need.largestCorrelationBytes() + need.sessionBytes())
            + " (layers streamed)");
    line(
        out,
        "memory of the dealer",
        Figures.mib(need.dealerWeightBytes())
            + " for weights, "
            + Figures.mib(need.largestDealBytes())
            + " for the largest correction");
  }

  private static String kind(PlanLayer layer) {
    return switch (layer.kind()) {
      case FUSED_LINEAR, CLASSIC_LINEAR -> map(((WeightedLayer) layer).map());
      case CLASSIC_ACTIVATION -> classic(((ClassicActivationLayer) layer).activation());
      case FUSED_ACTIVATION -> {
        int terms = ((FusedActivationLayer) layer).activation().basis().termCount();
        yield terms == 1 ? "rescale" : "activation, " + terms + " terms";
      }
      case FUSED_HARMONIC -> {
        HarmonicFunction f = ((HarmonicActivationLayer) layer).activation().function();
        String line = f.hasSlope() ? "line, " : "";
        yield "activation, " + line + f.harmonicCount() + " harmonics";
      }
      case FUSED_PRODUCT -> "product";
      case JOIN -> ((JoinLayer) layer).rightMultiplier() < 0 ? "subtraction" : "addition";
      case VIEW -> "view";
      case CONCAT -> "concatenation";
      case FUSED_SUM_POOL, CLASSIC_MEAN_POOL -> "average pool";
    };
  }

  private static String classic(ClassicActivation activation) {
    if (activation instanceof ClassicPolynomial polynomial) {
      return PolynomialProtocol.of(polynomial).label()
          + ", degree "
          + (polynomial.polynomial().coefficients().length - 1);
    }
    return activation instanceof ExactMaxPool ? "exact max pool" : "exact ReLU";
  }

  private static String map(LinearMap map) {
    if (map instanceof Convolution2d c) {
      return "conv "
          + c.kernelHeight()
          + "x"
          + c.kernelWidth()
          + (c.strideHeight() == 1 && c.strideWidth() == 1
              ? ""
              : " / " + c.strideHeight() + "x" + c.strideWidth())
          + (c.groups() == 1 ? "" : ", " + c.groups() + " groups");
    }
    return "matrix";
  }

  private static String bound(PlanLayer layer) {
    double bound = boundOf(layer);
    return Double.isNaN(bound) ? "" : String.format(Locale.ROOT, "%.4g", bound);
  }

  private static double boundOf(PlanLayer layer) {
    return switch (layer.kind()) {
      case FUSED_LINEAR -> ((FusedLinearLayer) layer).bound();
      case FUSED_ACTIVATION, FUSED_HARMONIC -> ((FusedFunctionLayer) layer).bound();
      case FUSED_PRODUCT -> ((FusedProductLayer) layer).bound();
      case CLASSIC_LINEAR -> {
        ClassicLinearLayer linear = (ClassicLinearLayer) layer;
        yield Math.scalb(
            linear.linear().outputBound(),
            -linear.weightFractionBits() - linear.outputFractionBits());
      }
      case CLASSIC_ACTIVATION ->
          ((ClassicActivationLayer) layer).activation() instanceof ClassicPolynomial polynomial
              ? polynomial.inputBound()
              : Double.NaN;
      case CLASSIC_MEAN_POOL -> ((ClassicMeanPoolLayer) layer).bound();
      case FUSED_SUM_POOL, JOIN, VIEW, CONCAT -> Double.NaN;
    };
  }

  /** Bound over what calibration has seen; an activation's bound is on its input. */
  private static String margin(
      NetworkPlan plan, PlanLayer layer, Map<Integer, Double> largestByLayer) {
    double bound = boundOf(layer);
    double largest = largestByLayer.getOrDefault(layer.id(), Double.NaN);
    if (layer instanceof FunctionLayer && layer.kind() != PlanLayer.Kind.FUSED_PRODUCT) {
      int producer = layer.inputs().get(0);
      largest =
          producer == PlanLayer.NETWORK_INPUT
              ? Double.NaN
              : largestByLayer.getOrDefault(producer, Double.NaN)
                  * plan.layers().get(producer).outputDivisor();
    }
    return bound > 0 && largest > 0 ? String.format(Locale.ROOT, "%.1f x", bound / largest) : "";
  }

  /**
   * Prints what the compiler has to say.
   *
   * @param warnings one line each
   * @param out where to
   */
  public static void warnings(List<?> warnings, PrintWriter out) {
    for (Object warning : warnings) {
      line(out, "little margin", warning.toString());
    }
    out.flush();
  }

  /**
   * Prints one named fact below the plan.
   *
   * @param out where to
   * @param name what it is
   * @param value the fact
   */
  public static void line(PrintWriter out, String name, String value) {
    out.println(String.format(Locale.ROOT, "  %-22s %s", name, value));
  }
}
