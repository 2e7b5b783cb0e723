// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.output.Notes;
import io.pascaline.layers.compile.ClassicNetwork;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.evaluate.ClassicEvaluator;
import io.pascaline.layers.evaluate.FixedPointError;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.RangeViolation;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Explains why private answers deviate from plaintext answers: an image exceeds a layer bound, or
 * fixed point has too few bits. Runs the network on the images in plaintext, which requires the
 * weights.
 */
public final class RangeNotes {
  private static final int MAX_AUDITED = 16;

  /** Root mean square; single answers may be off by more. */
  private static final double MAX_ROUNDING = 0.05;

  private RangeNotes() {}

  /**
   * Examines the images without agreement, or the first of them if there are many.
   *
   * @param notes receive the findings
   * @param network the compiled network
   * @param inputs the images
   * @param score comparison of the answers with those of the model
   * @param computed comparison of the answers with those of the network that the private run
   *     computes
   */
  public static void say(
      Notes notes, CompiledNetwork network, NetworkInputs inputs, Score score, Score computed) {
    Function<float[], List<RangeViolation>> audit = audit(network);
    List<Integer> suspects =
        score.deviating().subList(0, Math.min(MAX_AUDITED, score.deviating().size()));
    int outside = 0;
    String first = "";
    for (int i : suspects) {
      List<RangeViolation> violations = audit.apply(inputs.apply(i));
      if (!violations.isEmpty()) {
        outside++;
        first = first.isEmpty() ? inputs.name(i) + " in " + violations.get(0).describe() : first;
      }
    }
    if (outside > 0) {
      notes.say(
          outside
              + " of "
              + suspects.size()
              + " images with deviating answers exceed a layer bound, the first is "
              + first
              + ": give typical images with --calibration");
    } else if (computed.maxLogitError() > Score.DEVIATION * computed.spread()) {
      notes.say(
          String.format(
              Locale.ROOT,
              "private answers deviate from plaintext by up to %.3g, which is %.2g %% of the"
                  + " range of the plaintext answers: the suite's fixed point has too few bits"
                  + " for the network's values or weights; scale its layers evenly, or try the"
                  + " other suite",
              computed.maxLogitError(),
              100 * computed.maxLogitError() / computed.spread()));
    }
  }

  /**
   * Prints which inputs and answers are out of the plan's range, if no report is printed.
   *
   * @param notes receive the warning, even in quiet mode
   * @param report the run
   */
  public static void say(Notes notes, InferenceReport report) {
    if (!report.rangeWarnings().isEmpty()) {
      notes.warn(
          report.imagesOutOfRange()
              + " of "
              + report.score().predictions().length
              + " inputs are out of range, and their answers may be wrong; the first is "
              + report.rangeWarnings().get(0).describe()
              + ": calibrate with such inputs");
    }
  }

  /**
   * Measures the rounding of a network whose answers are not compared with plaintext.
   *
   * @param network the compiled network
   * @param graph what it was compiled from
   * @param inputs typical ones
   * @return a note if the error is large
   */
  public static Optional<String> rounding(
      CompiledNetwork network, NetworkGraph graph, List<float[]> inputs) {
    double error = FixedPointError.of(network, graph, inputs);
    // Written so that what is no number is told.
    return error <= MAX_ROUNDING
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "rounding moves answers by %.2g %% of their standard deviation: the suite's fixed"
                    + " point has too few bits for the network's values or weights; scale its"
                    + " layers evenly, or try the other suite",
                100 * error));
  }

  /**
   * Returns the layers whose bound an input exceeds, in the order of the network; needs the
   * weights.
   */
  public static Function<float[], List<RangeViolation>> audit(CompiledNetwork network) {
    if (network instanceof ClassicNetwork classic) {
      ClassicEvaluator evaluator = new ClassicEvaluator(classic);
      return input -> evaluator.audit(evaluator.encodeInput(input));
    }
    FusedEvaluator evaluator = new FusedEvaluator((FusedNetwork) network);
    return input -> evaluator.audit(evaluator.encodeInput(input)).violations();
  }
}
