// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReplaceMaxPool;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.plan.Visibility;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Decides how a network runs, by the user's options and the network's layers.
 *
 * <p>Without options, networks run in the fused suite, which approximates functions that are
 * neither polynomial nor trigonometric. Without approximation, a network with ReLU or max pooling
 * runs in the classic suite, with exact comparisons.
 */
final class SuiteSelection {
  private static final int MAX_NAMES = 20;
  private static final String REPLACE = "--replace-relu poly4";

  private enum Kind {
    POLYNOMIAL,
    RELU,
    FUNCTION,
    MAX_POOL
  }

  private final NetworkGraph graph;
  private final Suite suiteOrNull;
  private final ActivationRequest request;
  private final Replacement replacementOrNull;
  private final Approximation approximation;
  private final Map<String, Integer> layers;
  private final Map<String, Kind> kinds = new HashMap<>();
  private final Map<String, Activation> chosen = new LinkedHashMap<>();

  SuiteSelection(
      NetworkGraph graph,
      Suite suiteOrNull,
      ActivationRequest request,
      Replacement replacementOrNull,
      Approximation approximation) {
    this.graph = graph;
    this.suiteOrNull = suiteOrNull;
    this.request = request;
    this.replacementOrNull = replacementOrNull;
    this.approximation = approximation;
    this.layers = ClassicCompiler.activationLayers(graph);
    for (GraphNode node : graph.nodes()) {
      if (layers.containsKey(node.name())) {
        kinds.put(node.name(), kind(node));
      }
    }
  }

  private static Kind kind(GraphNode node) {
    if (node instanceof ReluNode) {
      return Kind.RELU;
    }
    if (node instanceof FunctionNode) {
      return Kind.FUNCTION;
    }
    return node instanceof MaxPoolNode ? Kind.MAX_POOL : Kind.POLYNOMIAL;
  }

  /**
   * Decides.
   *
   * @param settings the classic suite's, without protocols
   * @throws CommandFault where words contradict each other or the network
   */
  SuiteChoice choose(ClassicSettings settings) {
    Suite suite = suite();
    request.ofLayer().forEach((layer, activation) -> chosen.put(nameOf(layer), activation));
    requireUse();
    return suite == Suite.FUSED ? fused() : classic(settings);
  }

  private boolean has(Kind kind) {
    return kinds.containsValue(kind);
  }

  private boolean isExact() {
    return has(Kind.RELU) || has(Kind.MAX_POOL);
  }

  /** Returns whether only the classic suite can run it: the fused one has no comparison. */
  private boolean needsExact() {
    boolean off = approximation.mode() == Approximation.Mode.OFF;
    return off && isExact();
  }

  private Suite suite() {
    Activation everywhere = request.everywhereOrNull();
    if (request.ofLayer().containsValue(Activation.FUSED)) {
      throw new CommandFault(
          "--activation asks for fused in a single layer, but a network runs in one suite",
          "give honeybadger, espn, tree or relu for single layers");
    }
    Suite asked = everywhere == null ? null : everywhere.suite();
    if (!request.ofLayer().isEmpty()) {
      if (asked == Suite.FUSED) {
        throw new CommandFault(
            "--activation fused does not go with protocols of single layers",
            "leave one of them out: a network runs in one suite");
      }
      asked = Suite.CLASSIC;
    }
    if (suiteOrNull != null && asked != null && asked != suiteOrNull) {
      throw new CommandFault(
          "--suite " + suiteOrNull.label() + " does not support the given --activation",
          suiteOrNull == Suite.FUSED
              ? "leave --activation out, or give --suite classic"
              : "give honeybadger, espn, tree or relu, or --suite fused");
    }
    if (suiteOrNull != null || asked != null) {
      return suiteOrNull == null ? asked : suiteOrNull;
    }
    return needsExact() && replacementOrNull == null ? Suite.CLASSIC : Suite.FUSED;
  }

  /** Returns a layer by its name, or by its number. */
  private String nameOf(String layer) {
    if (layers.containsKey(layer)) {
      return layer;
    }
    for (Map.Entry<String, Integer> entry : layers.entrySet()) {
      if (entry.getValue().toString().equals(layer)) {
        return entry.getKey();
      }
    }
    throw new CommandFault(
        "--activation: there is no activation layer '" + layer + "'",
        layers.isEmpty() ? "the model has none" : "it has " + names());
  }

  private String names() {
    String names =
        layers.entrySet().stream()
            .limit(MAX_NAMES)
            .map(entry -> entry.getValue() + " (" + entry.getKey() + ")")
            .collect(Collectors.joining(", "));
    return layers.size() > MAX_NAMES
        ? names + " and " + (layers.size() - MAX_NAMES) + " more, see inspect --suite classic"
        : names;
  }

  /** Words that no layer could heed are mistakes. */
  private void requireUse() {
    Activation everywhere = request.everywhereOrNull();
    if (everywhere == Activation.RELU && !isExact()) {
      throw new CommandFault(
          "--activation relu: the model has neither ReLU nor max pooling, its activations are"
              + " polynomials",
          "give honeybadger, espn or tree, or a model with ReLU");
    }
    boolean polynomials = has(Kind.POLYNOMIAL) || replacementOrNull != null && has(Kind.RELU);
    if (everywhere != null && everywhere.isPolynomial() && !polynomials) {
      throw new CommandFault(
          "--activation " + everywhere.label() + ": the model has no polynomial activation",
          "give --activation relu, or " + REPLACE + " as well");
    }
    if (replacementOrNull != null && !isExact()) {
      throw new CommandFault("--replace-relu: the model has no ReLU", "leave it out");
    }
  }

  private SuiteChoice fused() {
    if (replacementOrNull == null) {
      if (needsExact()) {
        boolean relu = has(Kind.RELU);
        throw new CommandFault(
            "the fused suite has no comparison, and the model has "
                + (relu ? "ReLU" : "max pooling")
                + " ('"
                + first(kind -> kind == (relu ? Kind.RELU : Kind.MAX_POOL))
                + "')",
            "run it exactly with --suite classic, replace it with a polynomial by "
                + REPLACE
                + ", or omit --approximate off");
      }
      return fused(graph, false, Optional.empty());
    }
    return fused(replaced(kinds.keySet()), true, replacementNote());
  }

  private SuiteChoice fused(NetworkGraph network, boolean isReplaced, Optional<String> note) {
    return new SuiteChoice.Fused(network, isReplaced, approximation, Visibility.SHARED, note);
  }

  private SuiteChoice classic(ClassicSettings base) {
    Activation everywhere = request.everywhereOrNull();
    ClassicSettings settings =
        everywhere != null && everywhere.isPolynomial()
            ? base.withProtocol(everywhere.protocol())
            : base;
    Set<String> replaced = new HashSet<>();
    for (String name : layers.keySet()) {
      Activation own = chosen.get(name);
      requireFit(name, own);
      boolean exact = own == null ? everywhere == Activation.RELU : own == Activation.RELU;
      boolean replaceable = kinds.get(name) == Kind.RELU || kinds.get(name) == Kind.MAX_POOL;
      if (replacementOrNull != null && replaceable && !exact) {
        replaced.add(name);
      }
      if (own != null && own.isPolynomial()) {
        settings = settings.withProtocol(name, own.protocol());
      }
    }
    if (replacementOrNull == null) {
      return new SuiteChoice.Classic(graph, false, settings, exactNote());
    }
    if (replaced.isEmpty()) {
      throw new CommandFault(
          "--replace-relu replaces nothing, as --activation keeps every layer exact",
          "leave one of them out");
    }
    return new SuiteChoice.Classic(replaced(replaced), true, settings, replacementNote());
  }

  private void requireFit(String name, Activation ownOrNull) {
    Kind kind = kinds.get(name);
    if (ownOrNull == null) {
      return;
    }
    if (kind == Kind.POLYNOMIAL && ownOrNull == Activation.RELU) {
      throw new CommandFault(
          "--activation: layer '" + name + "' is a polynomial",
          "give it honeybadger, espn or tree");
    }
    if (kind == Kind.MAX_POOL && ownOrNull.isPolynomial()) {
      throw new CommandFault(
          "--activation: layer '" + name + "' takes a maximum", "give it relu, or nothing");
    }
    if (kind == Kind.RELU && ownOrNull.isPolynomial() && replacementOrNull == null) {
      throw new CommandFault(
          "--activation: layer '" + name + "' is a ReLU, not a polynomial",
          "give it relu, or " + REPLACE + " as well");
    }
  }

  private NetworkGraph replaced(Set<String> names) {
    return ReplaceMaxPool.withAverage(
        ReplaceRelu.with(graph, replacementOrNull.basis(), names::contains), names::contains);
  }

  private String first(Predicate<Kind> which) {
    return layers.keySet().stream()
        .filter(name -> which.test(kinds.get(name)))
        .findFirst()
        .orElseThrow();
  }

  private Optional<String> exactNote() {
    boolean asked = suiteOrNull != null || request.everywhereOrNull() != null;
    return asked || !request.ofLayer().isEmpty()
        ? Optional.empty()
        : Optional.of(
            "the model has ReLU or max pooling, which the classic suite evaluates exactly, in at"
                + " least 8 rounds each; "
                + REPLACE
                + " replaces them with a polynomial, which needs one round");
  }

  private Optional<String> replacementNote() {
    return Optional.of(
        replacementOrNull.label()
            + " replaces ReLU, and averages replace maxima: answers are those of the replaced"
            + " network, which mean little unless it was trained in this form");
  }
}
