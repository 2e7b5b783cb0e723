package io.pascaline.cli.simulate;

import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.Compiler;
import io.pascaline.layers.compile.CompilerSettings;
import io.pascaline.layers.compile.PolynomialProtocol;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceMaxPool;
import io.pascaline.layers.graph.ReplaceRelu;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How activations are evaluated; decides on the suite. */
enum Activation {
  /** The fused suite: words, one exchange. */
  FUSED,
  /** The classic suite with HoneyBadger powers: one exchange. */
  HONEYBADGER,
  /** The classic suite with ESPN: one exchange. */
  ESPN,
  /** The classic suite with a tree of products. */
  TREE,
  /** The classic suite with exact comparisons. */
  RELU;

  /** The word that files and flags use. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  static String labels() {
    return Arrays.stream(values()).map(Activation::label).collect(Collectors.joining(", "));
  }

  /**
   * The activation of a word.
   *
   * @throws IllegalArgumentException naming what is allowed
   */
  static Activation named(final String label) {
    return Arrays.stream(values())
        .filter(activation -> activation.label().equals(label))
        .findFirst()
        .orElseThrow(
            () -> new IllegalArgumentException("'" + label + "' must be one of " + labels()));
  }

  /**
   * Compiles a network for this way of evaluating it. Polynomial protocols take the published
   * quartic in place of each ReLU and an average in place of each maximum, as timing runs do.
   */
  CompiledNetwork compile(final NetworkGraph graph, final List<float[]> typicalInputs) {
    if (this == RELU) {
      return ClassicCompiler.compile(graph, typicalInputs, ClassicSettings.standard());
    }
    final NetworkGraph polynomial =
        ReplaceMaxPool.withAverage(ReplaceRelu.with(graph, ReplaceRelu.POLY4));
    if (this == FUSED) {
      return Compiler.compile(polynomial, typicalInputs, CompilerSettings.standard());
    }
    return ClassicCompiler.compile(
        polynomial,
        typicalInputs,
        ClassicSettings.standard().withProtocol(PolynomialProtocol.named(label())));
  }
}
