package io.pascaline.training.bundle;

import io.pascaline.training.data.FashionMnist;
import io.pascaline.training.data.IdxFiles;
import io.pascaline.training.data.IdxImages;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.evaluate.OnnxMeasurement;
import io.pascaline.training.export.OnnxExporter;
import io.pascaline.training.loop.TrainingSettings;
import io.pascaline.training.model.NetworkWeights;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * What ships with the command: the model, its card, test images to classify and training images to
 * calibrate with. Measures the exported model on construction. Immutable.
 */
public final class ModelBundle {
  private static final int BUNDLED_IMAGES = 1000;
  private static final int CALIBRATION_IMAGES = 256;
  private static final Normalisation NORMALISATION = Normalisation.FASHION_MNIST;

  private final byte[] model;
  private final String card;
  private final IdxImages bundledImages;
  private final IdxImages calibrationImages;

  /**
   * Exports and measures.
   *
   * @param training the images trained on; the first 256 become the calibration images
   * @param test the whole test set; its first 1,000 images are bundled
   */
  public ModelBundle(
      NetworkWeights weights, TrainingSettings settings, IdxImages training, IdxImages test) {
    this.bundledImages = test.slice(0, Math.min(BUNDLED_IMAGES, test.count()));
    this.calibrationImages = training.slice(0, Math.min(CALIBRATION_IMAGES, training.count()));
    OnnxMeasurement onTest = measure(export(weights, Map.of()), test);
    this.model = export(weights, metadata(settings, training.count(), onTest));
    this.card =
        ModelCard.render(
            weights.settings(),
            settings,
            training.count(),
            measure(model, calibrationImages),
            measure(model, training),
            onTest);
  }

  /** The model card, in Markdown. */
  public String card() {
    return card;
  }

  /** Writes all files into a folder, which is created if need be. */
  public void write(Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("fashion.onnx"), model);
    Files.writeString(folder.resolve("fashion.md"), card, StandardCharsets.UTF_8);
    IdxFiles.writeImages(bundledImages, folder.resolve("fashion-1000-images-idx3-ubyte.gz"));
    IdxFiles.writeLabels(bundledImages, folder.resolve("fashion-1000-labels-idx1-ubyte.gz"));
    IdxFiles.writeImages(calibrationImages, folder.resolve("calibration-images-idx3-ubyte.gz"));
  }

  /**
   * Writes a model alone, unmeasured, as {@code checkpoint.onnx}; for a look at unfinished work.
   */
  public static void writeCheckpoint(NetworkWeights weights, Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.write(folder.resolve("checkpoint.onnx"), export(weights, Map.of()));
  }

  private static byte[] export(NetworkWeights weights, Map<String, String> metadata) {
    return OnnxExporter.export("fashion", weights, metadata);
  }

  private static OnnxMeasurement measure(byte[] model, IdxImages images) {
    return OnnxMeasurement.of(model, OnnxExporter.ACTIVATION, NORMALISATION, images);
  }

  private static Map<String, String> metadata(
      TrainingSettings settings, int imageCount, OnnxMeasurement onTest) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put("pascaline.input.mean", Float.toString(NORMALISATION.mean()));
    metadata.put("pascaline.input.std", Float.toString(NORMALISATION.standardDeviation()));
    metadata.put("pascaline.labels", String.join(",", FashionMnist.LABELS));
    metadata.put("pascaline.dataset", "Fashion-MNIST");
    metadata.put("pascaline.training.images", Integer.toString(imageCount));
    metadata.put("pascaline.training.epochs", Integer.toString(settings.epochs()));
    metadata.put("pascaline.training.seed", Integer.toString(settings.seed()));
    metadata.put("pascaline.test.images", Integer.toString(onTest.imageCount()));
    metadata.put("pascaline.test.accuracy", String.format(Locale.ROOT, "%.4f", onTest.accuracy()));
    return metadata;
  }
}
