// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.CompilerWarning;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.evaluate.FixedPointError;
import io.pascaline.layers.graph.NetworkGraph;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks as they were published, layer by layer, with random weights: imported, compiled with
 * approximated functions, and compared with ONNX Runtime. {@link ArchitectureImportTest} does the
 * same with small ones; these take minutes and run on demand: {@code
 * -Dpascaline.architecture.side=PIXELS}, a multiple of 32.
 */
@EnabledIfSystemProperty(named = "pascaline.architecture.side", matches = "\\d+")
class PublishedArchitectureTest {
  private static final long SEED = 20260711;
  private static final int SIDE = Integer.getInteger("pascaline.architecture.side", 32);
  private static final int CALIBRATION_COUNT = 4;
  private static final int CHECKED_COUNT = 3;

  static Stream<Arguments> networks() {
    return Stream.of(
        arguments("SqueezeNet 1.1", (IntFunction<TestModel>) PublishedArchitectureTest::squeezeNet),
        arguments("MobileNetV2", (IntFunction<TestModel>) PublishedArchitectureTest::mobileNet),
        arguments("DenseNet-121", (IntFunction<TestModel>) PublishedArchitectureTest::denseNet),
        arguments("VGG-11", (IntFunction<TestModel>) PublishedArchitectureTest::vgg),
        arguments("GoogLeNet", (IntFunction<TestModel>) PublishedArchitectureTest::googLeNet));
  }

  /**
   * The report states the error of the calibration pictures. That of other pictures is larger, as
   * the functions were fitted to few.
   */
  @ParameterizedTest(name = "{0}")
  @MethodSource("networks")
  void shouldAnswerAsTheRuntimeDoes(String name, IntFunction<TestModel> architecture) {
    byte[] model = architecture.apply(SIDE).bytes();
    NetworkGraph graph = OnnxImporter.read(model, name);
    SplittableRandom random = new SplittableRandom(SEED);
    List<float[]> calibration = pictures(random, CALIBRATION_COUNT);

    FusedNetwork network = FusedCompiler.compile(graph, calibration, FusedSettings.standard());

    double effect = network.approximated().orElseThrow().effect();
    assertTrue(
        effect <= Approximation.STANDARD_BUDGET
            || network.warnings().stream().anyMatch(w -> w.kind() == CompilerWarning.Kind.BUDGET),
        "effect " + effect + " without a warning");
    // The sum is a bound by the triangle inequality. The spreads of the two parts differ slightly.
    double stated = effect + FixedPointError.of(network, graph, calibration);
    RuntimeAgreement.checkPrivate(model, graph, network, calibration, 1.1 * stated);
    RuntimeAgreement.checkPrivate(
        model, graph, network, pictures(random, CHECKED_COUNT), 4 * stated);
  }

  /** Smooth pictures, each with colours and waves of its own. */
  private static List<float[]> pictures(SplittableRandom random, int count) {
    List<float[]> pictures = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      float[] picture = new float[3 * SIDE * SIDE];
      for (int channel = 0; channel < 3; channel++) {
        double level = random.nextDouble(-1, 1);
        double[] wave = random.doubles(6, -1, 1).toArray();
        for (int i = 0; i < SIDE * SIDE; i++) {
          double x = 12.0 * (i % SIDE) / SIDE;
          double y = 12.0 * (i / SIDE) / SIDE;
          double first = Math.sin(wave[0] * x + wave[1] * y + 9 * wave[2]);
          double second = Math.sin(4 * wave[3] * x + 4 * wave[4] * y + 9 * wave[5]);
          picture[channel * SIDE * SIDE + i] =
              (float) (level + first + second / 2 + random.nextDouble(-0.2, 0.2));
        }
      }
      pictures.add(picture);
    }
    return pictures;
  }

  private static TestModel squeezeNet(int side) {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, side, side);
    String features = s.maxPool(s.relu(s.conv("x", 3, 64, 3, 2, 1)), 2, 1);
    int channels = 64;
    int[] squeezed = {16, 16, 32, 32, 48, 48, 64, 64};
    for (int i = 0; i < squeezed.length; i++) {
      if (i == 2 || i == 4) {
        features = s.maxPool(features, 2, 1);
      }
      String narrow = s.relu(s.conv(features, channels, squeezed[i], 1, 1, 1));
      int wide = 4 * squeezed[i];
      features =
          s.concat(
              s.relu(s.conv(narrow, squeezed[i], wide, 1, 1, 1)),
              s.relu(s.conv(narrow, squeezed[i], wide, 3, 1, 1)));
      channels = 2 * wide;
    }
    s.model()
        .node("GlobalAveragePool", s.relu(s.conv(features, channels, 10, 1, 1, 1)) + " -> mean")
        .node("Flatten", "mean -> y");
    return s.model();
  }

  private static TestModel mobileNet(int side) {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, side, side);
    String features = s.relu6(s.normal(s.conv("x", 3, 32, 3, 2, 1), 32));
    int channels = 32;
    int[][] groups = {
      {1, 16, 1, 1},
      {6, 24, 2, 2},
      {6, 32, 3, 2},
      {6, 64, 4, 2},
      {6, 96, 3, 1},
      {6, 160, 3, 2},
      {6, 320, 1, 1}
    };
    for (int[] group : groups) {
      for (int i = 0; i < group[2]; i++) {
        int stride = i == 0 ? group[3] : 1;
        int wide = channels * group[0];
        String expanded =
            group[0] == 1
                ? features
                : s.relu6(s.normal(s.conv(features, channels, wide, 1, 1, 1), wide));
        String deep = s.relu6(s.normal(s.conv(expanded, wide, wide, 3, stride, wide), wide));
        String narrow = s.normal(s.conv(deep, wide, group[1], 1, 1, 1), group[1]);
        features = stride == 1 && channels == group[1] ? s.add(features, narrow) : narrow;
        channels = group[1];
      }
    }
    return s.head(s.relu6(s.normal(s.conv(features, channels, 1280, 1, 1, 1), 1280)), 1280).model();
  }

  private static TestModel denseNet(int side) {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, side, side);
    String features = s.maxPool(s.relu(s.normal(s.conv("x", 3, 64, 7, 2, 1), 64)), 2, 1);
    int channels = 64;
    int[] blocks = {6, 12, 24, 16};
    for (int block = 0; block < blocks.length; block++) {
      for (int i = 0; i < blocks[block]; i++) {
        String narrow = s.conv(s.relu(s.normal(features, channels)), channels, 128, 1, 1, 1);
        features = s.concat(features, s.conv(s.relu(s.normal(narrow, 128)), 128, 32, 3, 1, 1));
        channels += 32;
      }
      if (block < blocks.length - 1) {
        features =
            s.averagePool(
                s.conv(s.relu(s.normal(features, channels)), channels, channels / 2, 1, 1, 1));
        channels /= 2;
      }
    }
    return s.head(s.relu(s.normal(features, channels)), channels).model();
  }

  private static TestModel vgg(int side) {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, side, side);
    String features = "x";
    int channels = 3;
    int[][] blocks = {{64}, {128}, {256, 256}, {512, 512}, {512, 512}};
    for (int[] block : blocks) {
      for (int wide : block) {
        features = s.relu(s.conv(features, channels, wide, 3, 1, 1));
        channels = wide;
      }
      features = s.halved(features);
    }
    int flat = 512 * (side / 32) * (side / 32);
    String hidden = s.relu(s.dense(s.flat(features), flat, 4096));
    String second = s.relu(s.dense(hidden, 4096, 4096));
    s.model().node("Identity", s.dense(second, 4096, 10) + " -> y");
    return s.model();
  }

  private static TestModel googLeNet(int side) {
    ArchitectureSketch s = new ArchitectureSketch(SEED, 1, 3, side, side);
    String features = s.maxPool(unit(s, "x", 3, 64, 7, 2), 2, 1);
    features = s.maxPool(unit(s, unit(s, features, 64, 64, 1, 1), 64, 192, 3, 1), 2, 1);
    int channels = 192;
    int[][] modules = {
      {64, 96, 128, 16, 32, 32},
      {128, 128, 192, 32, 96, 64},
      {192, 96, 208, 16, 48, 64},
      {160, 112, 224, 24, 64, 64},
      {128, 128, 256, 24, 64, 64},
      {112, 144, 288, 32, 64, 64},
      {256, 160, 320, 32, 128, 128},
      {256, 160, 320, 32, 128, 128},
      {384, 192, 384, 48, 128, 128}
    };
    for (int i = 0; i < modules.length; i++) {
      if (i == 2 || i == 7) {
        features = s.maxPool(features, 2, 1);
      }
      int[] m = modules[i];
      features =
          s.concat(
              unit(s, features, channels, m[0], 1, 1),
              unit(s, unit(s, features, channels, m[1], 1, 1), m[1], m[2], 3, 1),
              unit(s, unit(s, features, channels, m[3], 1, 1), m[3], m[4], 3, 1),
              unit(s, s.maxPool(features, 1, 1), channels, m[5], 1, 1));
      channels = m[0] + m[2] + m[4] + m[5];
    }
    return s.head(features, channels).model();
  }

  /** Convolution, batch normalisation and ReLU. */
  private static String unit(
      ArchitectureSketch s, String input, int inputs, int outputs, int kernel, int stride) {
    return s.relu(s.normal(s.conv(input, inputs, outputs, kernel, stride, 1), outputs));
  }
}
