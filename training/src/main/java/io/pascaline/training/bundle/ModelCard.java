package io.pascaline.training.bundle;

import io.pascaline.training.evaluate.OnnxMeasurement;
import io.pascaline.training.loop.TrainingSettings;
import io.pascaline.training.model.NetworkSettings;
import io.pascaline.training.model.StageSettings;
import java.util.Arrays;
import java.util.Locale;

/** Writes down what a bundled model was trained on, how, and what it was measured to do. */
final class ModelCard {
  private ModelCard() {}

  static String render(
      NetworkSettings network,
      TrainingSettings settings,
      int imageCount,
      OnnxMeasurement onCalibration,
      OnnxMeasurement onTraining,
      OnnxMeasurement onTest) {
    StringBuilder card = new StringBuilder("# fashion.onnx\n\n");
    line(card, "A small convolutional network with polynomial activations, trained by PILLAR's");
    line(card, "recipe. This page is written by the training command.\n");
    line(card, "## Measured on the exported file, with ONNX Runtime\n");
    line(
        card,
        "Test accuracy: **%.2f %%** (%,d of %,d images). Accuracy on the training images: %.2f %%.",
        100 * onTest.accuracy(),
        onTest.hits(),
        onTest.imageCount(),
        100 * onTraining.accuracy());
    line(
        card,
        "The last epoch's weights were exported, whatever their test accuracy was. There was");
    line(
        card,
        "no validation split: whoever chose the settings below after looking at earlier runs'");
    line(card, "test accuracy has let the test set choose, a little.\n");
    line(card, "Largest magnitude of an activation's input:\n");
    line(
        card,
        "| activation input | %,d calibration images | %,d training images | %,d test images |",
        onCalibration.imageCount(),
        onTraining.imageCount(),
        onTest.imageCount());
    line(card, "|---|---|---|---|");
    for (String name : onTest.largestInputs().keySet()) {
      line(
          card,
          "| %s | %.2f | %.2f | %.2f |",
          name,
          onCalibration.largestInputs().get(name),
          onTraining.largestInputs().get(name),
          onTest.largestInputs().get(name));
    }
    line(
        card,
        "\nThe compiler bounds each input by a power of two, at least twice the largest of the");
    line(card, "calibration images. An image that goes beyond it gets a wrong answer privately.");
    line(card, "\n## Network\n");
    line(
        card,
        "%,d multiply-adds and %,d activations an image. Activation: %s (lowest degree first), for"
            + " inputs within %.0f.\n",
        network.multiplyAdds(),
        network.activationCount(),
        Arrays.toString(network.activation().coefficients()),
        network.activation().range());
    line(card, "| stage | channels | kernel | stride | residual | average pool |");
    line(card, "|---|---|---|---|---|---|");
    for (StageSettings stage : network.stages()) {
      line(
          card,
          "| %s | %d | %d | %d | %s | %s |",
          stage.name(),
          stage.channels(),
          stage.kernel(),
          stage.stride(),
          stage.residual() ? "yes" : "no",
          stage.pool() > 1 ? Integer.toString(stage.pool()) : "none");
    }
    line(
        card,
        "\nThen one matrix product from %,d features to the logits. Batch normalisation is",
        network.featureCount());
    line(card, "folded into the convolutions.\n");
    training(card, settings, imageCount);
    return card.toString();
  }

  private static void training(StringBuilder card, TrainingSettings settings, int imageCount) {
    line(card, "## Training\n");
    line(
        card,
        "- Data: Fashion-MNIST (MIT licence, see NOTICE.md), %,d images, each mirrored with",
        imageCount);
    line(card, "  probability one half and moved by up to %d pixel(s).", settings.maxShift());
    line(
        card,
        "- Budget: %d epochs in batches of %d; seed %d.",
        settings.epochs(),
        settings.batchSize(),
        settings.seed());
    line(
        card,
        "- Gradient descent with momentum %.2f, weight decay %.0e, learning rate up to %.2f"
            + " (one epoch of warm-up, then half a cosine), label smoothing %.2f.",
        settings.momentum(),
        settings.weightDecay(),
        settings.peakLearningRate(),
        settings.smoothing());
    line(
        card,
        "- Range penalty %.0f * mean((x / %.1f)^e) on every activation's input, e = 4, 6, 8, then"
            + " 10; inputs clipped to the range while training.",
        settings.penalty().weight(),
        settings.penalty().bound());
    line(card, "\nTo repeat it, in the repository's root:\n");
    line(card, "```");
    line(card, "mvn -q -pl training -am -Ptrain -DskipTests package \\");
    line(
        card,
        "  -Dtrain.epochs=%d -Dtrain.seed=%d -Dtrain.output=FOLDER",
        settings.epochs(),
        settings.seed());
    line(card, "```");
    line(card, "\nThe same processor type, libraries and thread count give the same weights.");
  }

  private static void line(StringBuilder card, String text) {
    card.append(text).append('\n');
  }

  private static void line(StringBuilder card, String format, Object... values) {
    line(card, String.format(Locale.ROOT, format, values));
  }
}
