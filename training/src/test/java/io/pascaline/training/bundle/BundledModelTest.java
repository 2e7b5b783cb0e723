// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.bundle;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import io.pascaline.images.set.FashionMnist;
import io.pascaline.images.set.IdxFiles;
import io.pascaline.images.set.IdxImages;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.evaluate.OnnxMeasurement;
import io.pascaline.training.export.OnnxExporter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The files in the repository are what their card and their metadata say. */
@Timeout(180)
class BundledModelTest {
  private static final Path FOLDER =
      Path.of("..", "cli", "src", "main", "resources", "io", "pascaline", "cli", "bundled");
  private static final int MAX_MODEL_BYTES = 3 << 20;

  private byte[] model;
  private IdxImages images;

  @BeforeEach
  void readBundle() throws IOException {
    model = Files.readAllBytes(FOLDER.resolve("fashion.onnx"));
    images =
        IdxFiles.read(
            FOLDER.resolve("fashion-1000-images-idx3-ubyte.gz"),
            FOLDER.resolve("fashion-1000-labels-idx1-ubyte.gz"));
  }

  @Test
  void shouldDescribeItself() throws IOException {
    Map<String, String> metadata =
        ModelProto.parseFrom(model).getMetadataPropsList().stream()
            .collect(
                Collectors.toMap(StringStringEntryProto::getKey, StringStringEntryProto::getValue));

    assertTrue(model.length < MAX_MODEL_BYTES, model.length + " bytes");
    assertEquals(
        Normalisation.FASHION_MNIST,
        new Normalisation(
            Float.parseFloat(metadata.get("pascaline.input.mean")),
            Float.parseFloat(metadata.get("pascaline.input.std"))));
    assertEquals(String.join(",", FashionMnist.LABELS), metadata.get("pascaline.labels"));
    assertTrue(stated() >= 0.91, "" + stated());
  }

  @Test
  void shouldClassifyTheBundledImages() throws IOException {
    OnnxMeasurement measured = measure(images);

    assertEquals(1000, measured.imageCount());
    assertEquals(
        stated(),
        measured.accuracy(),
        3 * Math.sqrt(stated() * (1 - stated()) / 1000),
        "" + measured);
  }

  @Test
  void shouldReachOnTheTestSetWhatItsCardSays() throws IOException {
    IdxImages test = installed().test();
    OnnxMeasurement measured = measure(test);

    // Runtimes sum in different orders; a few near ties may fall the other way.
    assertEquals(stated(), measured.accuracy(), 3.5e-4);
  }

  /** The compiler takes a bound of at least twice what it saw while calibrating. */
  @Test
  void shouldStayWithinTwiceItsCalibrationOnTheWholeTestSet() throws IOException {
    FashionMnist data = installed();
    Path calibration = FOLDER.resolve("calibration-images-idx3-ubyte.gz");
    Path scratch = Files.createTempFile("calibration", ".gz");
    try {
      IdxImages first = data.training().slice(0, 256);
      IdxFiles.writeLabels(first, scratch);
      IdxImages bundled = IdxFiles.read(calibration, scratch);
      Map<String, Float> seen = measure(bundled).largestInputs();

      measure(data.test())
          .largestInputs()
          .forEach(
              (name, largest) ->
                  assertTrue(largest < 2 * seen.get(name), name + " reaches " + largest));
    } finally {
      Files.delete(scratch);
    }
  }

  @Test
  void shouldBundleTheFirstTestImages() throws IOException {
    IdxImages first = installed().test().slice(0, 1000);

    for (int image = 0; image < 1000; image++) {
      assertEquals(first.label(image), images.label(image), "label " + image);
    }
    Normalisation normalisation = Normalisation.FASHION_MNIST;
    assertArrayEquals(normalisation.inputs(first, 0, 1000), normalisation.inputs(images, 0, 1000));
  }

  private static double stated() throws IOException {
    return ModelCards.accuracy(FOLDER.resolve("fashion.md"));
  }

  private OnnxMeasurement measure(IdxImages set) {
    return OnnxMeasurement.of(model, OnnxExporter.ACTIVATION, Normalisation.FASHION_MNIST, set);
  }

  private static FashionMnist installed() throws IOException {
    assumeTrue(
        FashionMnist.isPresentIn(FashionMnist.DEBIAN_FOLDER),
        "the data set is not installed in " + FashionMnist.DEBIAN_FOLDER);
    return FashionMnist.read(FashionMnist.DEBIAN_FOLDER);
  }
}
