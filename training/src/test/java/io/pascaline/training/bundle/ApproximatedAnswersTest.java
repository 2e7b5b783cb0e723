// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.bundle;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.set.IdxFiles;
import io.pascaline.images.set.IdxImages;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.training.data.Normalisation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Networks in {@code models/} with functions that no protocol computes give their answers when they
 * are approximated, in the arithmetic of the fused suite. Calibration images are others than those
 * that are judged. {@code -Dpascaline.images=800} judges more of them, and {@code
 * -Dpascaline.long=true} tests all networks with the finest budget.
 */
@Timeout(600)
class ApproximatedAnswersTest {
  private static final Path BUNDLE =
      Path.of("..", "cli", "src", "main", "resources", "io", "pascaline", "cli", "bundled");
  private static final int IMAGES = Integer.getInteger("pascaline.images", 200);
  private static final boolean LONG = Boolean.getBoolean("pascaline.long");
  private static final int CALIBRATION_IMAGES = 200;
  private static final double FINEST = 0.002;

  /** What pretrained networks may lose; of few images at least one may be another. */
  private static final double AGREEMENT = 0.97;

  private static final double AGREEMENT_AT_FINEST = 0.99;
  private static final double LOST_ACCURACY = 0.005;
  private static final double LOST_ACCURACY_AT_FINEST = 0.001;

  @ParameterizedTest
  @CsvSource({"fashion-relu", "lenet5-relu", "mobilenetv3-tiny-hardswish", "densenet13-gelu"})
  void shouldGiveTheAnswersOfTheModel(String name) throws IOException {
    require(name, Approximation.STANDARD_BUDGET, AGREEMENT, LOST_ACCURACY);
  }

  private static Stream<String> namesAtFinest() {
    return LONG
        ? Stream.of("fashion-relu", "lenet5-relu", "mobilenetv3-tiny-hardswish", "densenet13-gelu")
        : Stream.of("lenet5-relu", "densenet13-gelu");
  }

  @ParameterizedTest
  @MethodSource("namesAtFinest")
  void shouldGiveMoreOfTheAnswersWithTheFinestBudget(String name) throws IOException {
    require(name, FINEST, AGREEMENT_AT_FINEST, LOST_ACCURACY_AT_FINEST);
  }

  private static void require(String name, double budget, double agreement, double lost)
      throws IOException {
    IdxImages images =
        IdxFiles.read(
            BUNDLE.resolve("fashion-1000-images-idx3-ubyte.gz"),
            BUNDLE.resolve("fashion-1000-labels-idx1-ubyte.gz"));
    NetworkGraph graph =
        OnnxImporter.read(Files.readAllBytes(Path.of("..", "models", name + ".onnx")), name);
    int firstTypical = images.count() - CALIBRATION_IMAGES;
    List<float[]> typical =
        IntStream.range(firstTypical, images.count()).mapToObj(i -> input(images, i)).toList();
    FusedNetwork network =
        FusedCompiler.compile(
            graph, typical, FusedSettings.standard().withApproximation(Approximation.auto(budget)));
    FloatEvaluator model = new FloatEvaluator(graph);
    FusedEvaluator fused = new FusedEvaluator(network);
    int same = 0;
    int right = 0;
    int rightOfModel = 0;
    int count = Math.min(IMAGES, firstTypical);
    for (int i = 0; i < count; i++) {
      int answer = largest(fused.infer(input(images, i)));
      int answerOfModel = largest(model.run(input(images, i)));
      same += answer == answerOfModel ? 1 : 0;
      right += answer == images.label(i) ? 1 : 0;
      rightOfModel += answerOfModel == images.label(i) ? 1 : 0;
    }
    String report =
        "%s, budget %s: %d of %d as the model, %d right, of the model %d"
            .formatted(name, budget, same, count, right, rightOfModel);
    assertTrue(same >= agreement * count, report);
    assertTrue(right >= rightOfModel - Math.max(1, lost * count), report);
  }

  private static float[] input(IdxImages images, int index) {
    return Normalisation.FASHION_MNIST.inputs(images, index, 1);
  }

  private static int largest(float[] values) {
    int best = 0;
    for (int i = 1; i < values.length; i++) {
      best = values[i] > values[best] ? i : best;
    }
    return best;
  }
}
