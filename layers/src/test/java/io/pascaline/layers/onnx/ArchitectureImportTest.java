// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static io.pascaline.layers.onnx.TestModel.integer;
import static io.pascaline.layers.onnx.TestModel.ints;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.MaxTournament;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ReplaceRelu;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.plan.PlanLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks like the well-known ones, small: imported, compiled in both suites, and run. */
class ArchitectureImportTest {
  private static final long SEED = 20260303;
  private static final double ROUNDING = 8 * 0x1p-8;

  static Stream<Arguments> networks() {
    return Stream.of(
        arguments("SqueezeNet", squeezeNet()),
        arguments("DenseNet", denseNet()),
        arguments("GoogLeNet", googLeNet()),
        arguments("ShuffleNet", shuffleNet()),
        arguments("MobileNetV2", mobileNet()),
        arguments("channels last", channelsLast()),
        arguments("decoder", decoder()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void shouldComputeWhatTheRuntimeComputes(String name, ArchitectureSketch sketch) {
    RuntimeAgreement.check(sketch.model(), SEED);
  }

  /** In the fused suite with a parabola for ReLU: the protocols must keep to what was compiled. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void shouldRunInBothSuites(String name, ArchitectureSketch sketch) {
    NetworkGraph graph = OnnxImporter.read(sketch.model().bytes(), name);
    List<float[]> inputs = inputs(graph);
    NetworkGraph polynomial = ReplaceRelu.with(MaxTournament.in(graph), ReplaceRelu.POLY2);
    CompiledNetwork fused = FusedCompiler.compile(polynomial, inputs, FusedSettings.standard());
    CompiledNetwork classic = ClassicCompiler.compile(graph, inputs, ClassicSettings.standard());

    assertEquals(Optional.empty(), LocalRun.of(fused).run(inputs.get(0)).firstDivergence());
    assertEquals(Optional.empty(), LocalRun.of(classic).run(inputs.get(0)).firstDivergence());
    assertClose(polynomial, fused, inputs.get(0));
    assertClose(graph, classic, inputs.get(0));
  }

  /**
   * The compiler states the error that its approximations cause in calibration, to which rounding
   * adds: weights have seven bits and more, so each of up to eight layers may be off by 2^-8.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void shouldAnswerAsTheRuntimeWithApproximatedFunctions(String name, ArchitectureSketch sketch) {
    byte[] model = sketch.model().bytes();
    NetworkGraph graph = OnnxImporter.read(model, name);
    List<float[]> inputs = inputs(graph);
    FusedNetwork network =
        FusedCompiler.compile(graph, inputs.subList(0, 6), FusedSettings.standard());
    double effect = network.approximated().orElseThrow().effect();

    assertTrue(effect <= Approximation.STANDARD_BUDGET, "effect " + effect);
    RuntimeAgreement.checkPrivate(
        model, graph, network, inputs.subList(0, 6), 1.1 * effect + ROUNDING);
    RuntimeAgreement.checkPrivate(
        model, graph, network, inputs.subList(6, 8), 4 * effect + ROUNDING);
  }

  @Test
  void shouldFoldNormalisationOfChannelsThatAreLast() {
    NetworkGraph graph = OnnxImporter.read(channelsLast().model().bytes(), "test");
    CompiledNetwork network =
        ClassicCompiler.compile(graph, inputs(graph), ClassicSettings.standard());

    assertEquals(
        3,
        network.plan().layers().stream()
            .filter(layer -> layer.kind() == PlanLayer.Kind.CLASSIC_LINEAR)
            .count());
  }

  /**
   * Compares outputs: a misplaced element shows as an error of the outputs' own size; rounding is
   * far below.
   */
  private static void assertClose(NetworkGraph graph, CompiledNetwork network, float[] input) {
    float[] expected = new FloatEvaluator(graph).run(input);
    float[] actual = LocalRun.of(network).run(input).output();
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 0.1 * largest, "seed " + SEED + " output " + i);
    }
  }

  private static List<float[]> inputs(NetworkGraph graph) {
    SplittableRandom random = new SplittableRandom(SEED);
    List<float[]> inputs = new ArrayList<>();
    for (int n = 0; n < 8; n++) {
      float[] input = new float[graph.inputShape().elementCount()];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) random.nextDouble(-1, 1);
      }
      inputs.add(input);
    }
    return inputs;
  }

  private static ArchitectureSketch squeezeNet() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, 16, 16);
    String pooled = s.maxPool(s.relu(s.conv("x", 3, 6, 3, 1, 1)), 2, 1);
    String fire = pooled;
    int channels = 6;
    for (int i = 0; i < 2; i++) {
      String squeezed = s.relu(s.conv(fire, channels, 3, 1, 1, 1));
      fire =
          s.concat(
              s.relu(s.conv(squeezed, 3, 4, 1, 1, 1)), s.relu(s.conv(squeezed, 3, 4, 3, 1, 1)));
      channels = 8;
    }
    return s.head(s.relu(s.conv(s.maxPool(fire, 2, 1), 8, 6, 1, 1, 1)), 6);
  }

  private static ArchitectureSketch denseNet() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, 8, 8);
    String features = s.conv("x", 3, 4, 3, 1, 1);
    int channels = 4;
    for (int i = 0; i < 3; i++) {
      String narrow = s.relu(s.normal(features, channels));
      String grown =
          s.conv(s.relu(s.normal(s.conv(narrow, channels, 6, 1, 1, 1), 6)), 6, 3, 3, 1, 1);
      features = s.concat(features, grown);
      channels += 3;
    }
    String transition = s.conv(s.relu(s.normal(features, channels)), channels, 5, 1, 1, 1);
    return s.head(s.relu(s.normal(s.averagePool(transition), 5)), 5);
  }

  private static ArchitectureSketch googLeNet() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, 12, 12);
    String stem = s.maxPool(s.relu(s.conv("x", 3, 6, 3, 1, 1)), 2, 1);
    String inception =
        s.concat(
            s.relu(s.conv(stem, 6, 3, 1, 1, 1)),
            s.relu(s.conv(s.relu(s.conv(stem, 6, 2, 1, 1, 1)), 2, 3, 3, 1, 1)),
            s.relu(s.conv(s.relu(s.conv(stem, 6, 2, 1, 1, 1)), 2, 2, 5, 1, 1)),
            s.relu(s.conv(s.maxPool(stem, 1, 1), 6, 2, 1, 1, 1)));
    return s.head(inception, 10);
  }

  private static ArchitectureSketch shuffleNet() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, 8, 8);
    String stem = s.relu(s.conv("x", 3, 8, 3, 1, 1));
    s.model().node("Split", stem + " -> left right", integer("axis", 1));
    String branch = s.relu(s.normal(s.conv("right", 4, 4, 1, 1, 1), 4));
    branch = s.normal(s.conv(branch, 4, 4, 3, 1, 4), 4);
    branch = s.relu(s.normal(s.conv(branch, 4, 4, 1, 1, 1), 4));
    s.model()
        .constants("apart", -1, 2, 4, 8, 8)
        .constants("whole", -1, 8, 8, 8)
        .node("Reshape", s.concat("left", branch) + " apart -> apartTensor")
        .node("Transpose", "apartTensor -> shuffled", ints("perm", 0, 2, 1, 3, 4))
        .node("Reshape", "shuffled whole -> mixed");
    return s.head(s.relu(s.conv("mixed", 8, 6, 1, 1, 1)), 6);
  }

  private static ArchitectureSketch mobileNet() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, 8, 8);
    String stem = s.relu(s.normal(s.conv("x", 3, 4, 3, 2, 1), 4));
    String wide = s.relu(s.normal(s.conv(stem, 4, 12, 1, 1, 1), 12));
    String depthwise = s.relu(s.normal(s.conv(wide, 12, 12, 3, 1, 12), 12));
    String narrow = s.normal(s.conv(depthwise, 12, 4, 1, 1, 1), 4);
    return s.head(s.relu(s.conv(s.add(stem, narrow), 4, 6, 1, 1, 1)), 6);
  }

  /** As TensorFlow's exports: transpositions around convolutions, and before the flattening. */
  private static ArchitectureSketch channelsLast() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 6, 6, 3);
    s.model().node("Transpose", "x -> first", ints("perm", 0, 3, 1, 2));
    String conv = s.conv("first", 3, 4, 3, 1, 1);
    s.model()
        .node("Transpose", conv + " -> last", ints("perm", 0, 2, 3, 1))
        .weightsIn("scale", 0.5, 1.5, 4)
        .weightsIn("shift", 0, 0.2, 4)
        .node("Mul", "last scale -> scaled")
        .node("Add", "scaled shift -> shifted")
        .node("Relu", "shifted -> active")
        .node("Transpose", "active -> again", ints("perm", 0, 3, 1, 2));
    String second = s.maxPool(s.conv("again", 4, 4, 3, 1, 1), 2, 0);
    s.model()
        .node("Transpose", second + " -> end", ints("perm", 0, 2, 3, 1))
        .node("Flatten", "end -> row")
        .weights("matrix", 0.4, 16, 5)
        .node("MatMul", "row matrix -> y");
    return s;
  }

  private static ArchitectureSketch decoder() {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, 8, 8);
    String stem = s.relu(s.conv("x", 3, 4, 3, 1, 1));
    String small = s.relu(s.conv(stem, 4, 6, 3, 2, 1));
    s.model()
        .weights("up", 0.4, 6, 4, 2, 2)
        .node("ConvTranspose", small + " up -> large", ints("strides", 2, 2));
    String joined = s.concat(stem, s.relu("large"));
    s.model()
        .initializer(TestModel.floats("twice", new float[] {1, 1, 2, 2}, 4))
        .node("Resize", small + " _ twice -> smooth", TestModel.text("mode", "linear"));
    String all = s.relu(s.conv(s.concat(joined, "smooth"), 14, 4, 3, 1, 1));
    return s.head(all, 4);
  }
}
