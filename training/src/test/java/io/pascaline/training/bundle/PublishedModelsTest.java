// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.bundle;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.set.IdxFiles;
import io.pascaline.layers.check.LocalReport;
import io.pascaline.layers.check.LocalRun;
import io.pascaline.layers.compile.ClassicCompiler;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedCompiler;
import io.pascaline.layers.compile.FusedSettings;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.onnx.OnnxImporter;
import io.pascaline.layers.zoo.Zoo;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.evaluate.OnnxMeasurement;
import io.pascaline.training.export.OnnxExporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The networks in {@code models/} are what their cards say, and run privately. */
@Timeout(180)
class PublishedModelsTest {
  private static final Path FOLDER = Path.of("..", "models");
  private static final Path BUNDLE =
      Path.of("..", "cli", "src", "main", "resources", "io", "pascaline", "cli", "bundled");
  private static final long SEED = 20261123;
  private static final int MAX_BYTES_EACH = 5_000_000;
  private static final int MAX_BYTES = 8_000_000;
  private static final int TYPICAL_INPUTS = 8;

  static List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".onnx"))
          .map(name -> name.substring(0, name.length() - ".onnx".length()))
          .sorted()
          .toList();
    }
  }

  @Test
  void shouldBeFewAndListed() throws IOException {
    String list = Files.readString(FOLDER.resolve("README.md"));
    long bytes = Files.size(BUNDLE.resolve("fashion.onnx"));
    for (String name : names()) {
      long size = Files.size(FOLDER.resolve(name + ".onnx"));
      assertTrue(size <= MAX_BYTES_EACH, () -> name + " has " + size + " bytes");
      bytes += size;
      assertTrue(list.contains(name + ".md"), name);
      assertTrue(ModelCards.accuracy(FOLDER.resolve(name + ".md")) > 0.8, name);
    }
    assertTrue(names().size() > 1 && bytes <= MAX_BYTES, bytes + " bytes");
  }

  @ParameterizedTest
  @MethodSource("names")
  void shouldRunPrivately(String name) throws IOException {
    NetworkGraph graph =
        OnnxImporter.read(Files.readAllBytes(FOLDER.resolve(name + ".onnx")), name);
    List<float[]> typical =
        IntStream.range(0, TYPICAL_INPUTS).mapToObj(i -> Zoo.randomInput(graph, SEED + i)).toList();
    CompiledNetwork network =
        name.endsWith("relu")
            ? ClassicCompiler.compile(graph, typical, ClassicSettings.standard())
            : FusedCompiler.compile(graph, typical, FusedSettings.standard());
    LocalReport report = LocalRun.of(network).run(typical.get(0));
    assertTrue(report.ok(), () -> "seed " + SEED + ": " + report);
  }

  /** A thousand of the images that the stated accuracy is of: three standard deviations. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "fashion-relu",
        "fashion-trig3",
        "fashion-wide-m-gelu",
        "lenet5-relu",
        "mobilenetv3-tiny-hardswish",
        "densenet13-gelu"
      })
  void shouldClassifyTheBundledImages(String name) throws IOException {
    byte[] model = Files.readAllBytes(FOLDER.resolve(name + ".onnx"));
    double stated = ModelCards.accuracy(FOLDER.resolve(name + ".md"));
    OnnxMeasurement measured =
        OnnxMeasurement.of(
            model,
            OnnxExporter.ACTIVATION,
            Normalisation.FASHION_MNIST,
            IdxFiles.read(
                BUNDLE.resolve("fashion-1000-images-idx3-ubyte.gz"),
                BUNDLE.resolve("fashion-1000-labels-idx1-ubyte.gz")));
    assertEquals(
        stated,
        measured.accuracy(),
        3 * Math.sqrt(stated * (1 - stated) / 1000),
        measured::toString);
  }
}
