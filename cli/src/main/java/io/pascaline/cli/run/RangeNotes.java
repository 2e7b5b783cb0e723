// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.ImageInputs;
import io.pascaline.cli.output.Notes;
import io.pascaline.images.ImageSource;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.evaluate.RangeViolation;
import java.util.List;
import java.util.function.Function;

/**
 * Says why private answers differ from those in clear, as far as an image that leaves a layer's
 * bound is the reason. Looks at the images in clear, which only their owner can.
 */
public final class RangeNotes {
  private static final int MAX_AUDITED = 50;

  private RangeNotes() {}

  /**
   * Looks at the images without agreement, the first of them if they are many.
   *
   * @param notes told what was found
   * @param network the compiled network
   * @param inputs the images
   * @param source their names
   * @param score the predictions
   */
  public static void say(
      Notes notes, CompiledNetwork network, ImageInputs inputs, ImageSource source, Score score) {
    Function<float[], List<RangeViolation>> audit = audit(network);
    int audited = 0;
    int outside = 0;
    String first = "";
    for (int i = 0; i < inputs.count() && audited < MAX_AUDITED; i++) {
      if (score.predictions()[i] == score.plaintextPredictions()[i]) {
        continue;
      }
      audited++;
      List<RangeViolation> violations = audit.apply(inputs.apply(i));
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

  private static Function<float[], List<RangeViolation>> audit(CompiledNetwork network) {
    if (network instanceof ClassicNetwork classic) {
      ClassicEvaluator evaluator = new ClassicEvaluator(classic);
      return input -> evaluator.audit(evaluator.encodeInput(input));
    }
    FusedEvaluator evaluator = new FusedEvaluator((FusedNetwork) network);
    return input -> evaluator.audit(evaluator.encodeInput(input)).violations();
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
