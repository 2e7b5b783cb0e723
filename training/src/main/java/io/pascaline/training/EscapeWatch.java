// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import io.pascaline.training.loop.Recipe;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Tells early which activation inputs leave their range. One run's; not thread-safe. */
final class EscapeWatch {
  /** Fresh networks have outliers; the penalty needs some time to draw them in. */
  private static final double EARLY_FACTOR = 20;

  private static final double LATE_FACTOR = 4;

  private final Recipe recipe;
  private final double bound;
  private final List<String> layers;
  private final Set<String> warned = new HashSet<>();
  private int warnedEpoch = -1;

  /**
   * A watch.
   *
   * @param bound range of the activation, infinite if it has none
   * @param layers names of the activations
   */
  EscapeWatch(Recipe recipe, double bound, List<String> layers) {
    this.recipe = recipe;
    this.bound = bound;
    this.layers = layers;
  }

  /**
   * Warnings that a step or an evaluation after it gives rise to.
   *
   * @param epoch counted from 0
   * @param step counted from 0
   */
  List<EscapeWarning> check(int epoch, int step, float[] largestInputs) {
    if (epoch != warnedEpoch) {
      warned.clear();
      warnedEpoch = epoch;
    }
    double limit = bound * (epoch == 0 ? EARLY_FACTOR : LATE_FACTOR);
    List<EscapeWarning> warnings = new ArrayList<>();
    for (int i = 0; i < largestInputs.length; i++) {
      // Not a number is beyond every limit.
      if (!(largestInputs[i] <= limit) && warned.add(layers.get(i))) {
        LayerRange range = new LayerRange(layers.get(i), largestInputs[i], bound);
        warnings.add(new EscapeWarning(epoch + 1, step + 1, range, remedy()));
      }
    }
    return warnings;
  }

  /** Returns what may help, with the present settings. */
  String remedy() {
    String rate = String.format(Locale.ROOT, "%.3g", recipe.optimiser().peakRate());
    String lower = "lower the learning rate (now " + rate + ")";
    if (Double.isFinite(recipe.optimiser().clipNorm())) {
      lower += " or the gradient's largest norm (now " + recipe.optimiser().clipNorm() + ")";
    } else {
      lower += " or limit the gradient's norm";
    }
    if (Double.isInfinite(bound)) {
      return lower;
    }
    return (recipe.penalty().active()
            ? "raise the penalty's weight (now " + recipe.penalty().weight() + ")"
            : "train with a range penalty")
        + ", or "
        + lower;
  }
}
