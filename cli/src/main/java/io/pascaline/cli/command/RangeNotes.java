package io.pascaline.cli.command;

import io.pascaline.cli.data.ImageInputs;
import io.pascaline.cli.run.Score;
import io.pascaline.layers.compile.QuantisedNetwork;
import io.pascaline.layers.evaluate.IntegerEvaluator;
import io.pascaline.layers.evaluate.RangeViolation;
import io.pascaline.training.data.source.ImageSource;
import java.util.List;

/**
 * Says why private answers differ from those in clear, as far as an image that leaves a layer's
 * bound is the reason. Looks at the images in clear, which only their owner can.
 */
final class RangeNotes {
  private static final int MAX_AUDITED = 50;

  private RangeNotes() {}

  static void say(
      Notes notes, QuantisedNetwork network, ImageInputs inputs, ImageSource source, Score score) {
    IntegerEvaluator evaluator = new IntegerEvaluator(network);
    int audited = 0;
    int outside = 0;
    String first = "";
    for (int i = 0; i < inputs.count() && audited < MAX_AUDITED; i++) {
      if (score.predictions()[i] == score.plaintextPredictions()[i]) {
        continue;
      }
      audited++;
      List<RangeViolation> violations =
          evaluator.audit(evaluator.encodeInput(inputs.apply(i))).violations();
      if (!violations.isEmpty()) {
        outside++;
        first = first.isEmpty() ? describe(source.name(i), violations.get(0)) : first;
      }
    }
    if (outside > 0) {
      notes.say(
          outside
              + " of "
              + audited
              + " images without agreement leave a layer's bound, first "
              + first
              + ": give typical images with --calibration");
    }
  }

  private static String describe(String image, RangeViolation violation) {
    return String.format(
        java.util.Locale.ROOT,
        "%s in layer %s (%.4g, bound %.4g)",
        image,
        violation.name(),
        violation.largest(),
        violation.bound());
  }
}
