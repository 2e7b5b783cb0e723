// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.compile.ClassicSettings;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.classic.ClassicPolynomial;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which suite and protocols run the network. Filled by picocli. */
public final class SuiteOptions {
  @Option(
      names = "--suite",
      paramLabel = "SUITE",
      description =
          "fused or classic (default: fused; classic for a model with ReLU or max pooling and"
              + " --approximate off).")
  private String suite;

  @Option(
      names = "--activation",
      paramLabel = "LIST",
      description =
          "How activations are evaluated: fused, or, in the classic suite, honeybadger (default),"
              + " espn, tree or relu. Give single layers by name or number, as in espn,3=tree.")
  private List<String> activations = new ArrayList<>();

  @Option(
      names = "--replace-relu",
      paramLabel = "POLY",
      description =
          "Replace ReLU with a polynomial and maxima with averages: poly4 (the published quartic)"
              + " or poly2. Answers are those of the replaced network.")
  private String replacement;

  @Option(
      names = "--fraction-bits",
      paramLabel = "F",
      description =
          "Precision of the classic suite (default: 10 to 16 bits, as many as keep the"
              + " probability of a wrong answer below 1 in 1024).")
  private Integer fractionBits;

  @Option(
      names = "--visibility",
      paramLabel = "WHO",
      description =
          "Who knows the weights: shared (neither party, the default), owned (party 0 alone) or"
              + " public (both parties). Owned and public weights cost less and need the fused"
              + " suite.")
  private String visibility;

  @Mixin private ApproximationOptions approximation = new ApproximationOptions();

  /** For picocli. */
  public SuiteOptions() {}

  /**
   * Decides how a network runs.
   *
   * @param graph the model's network
   * @return the choice
   * @throws CommandFault where words are unknown or contradict each other or the network
   */
  public SuiteChoice choose(NetworkGraph graph) {
    SuiteSelection selection =
        new SuiteSelection(
            graph,
            suite == null ? null : Suite.named(suite),
            ActivationRequest.of(activations),
            replacement == null ? null : Replacement.named(replacement),
            approximation.approximation());
    Visibility known = visibility == null ? Visibility.SHARED : VisibilityNames.ofFlag(visibility);
    SuiteChoice choice = selection.choose(settings());
    VisibilityNames.requireFit(choice.suite(), known);
    if (fractionBits != null && choice.suite() == Suite.FUSED) {
      throw new CommandFault(
          "--fraction-bits is for the classic suite, but the fused suite is chosen",
          "leave it out, or give --suite classic");
    }
    boolean off = approximation.approximation().mode() == Approximation.Mode.OFF;
    if (approximation.given() && !off && choice.suite() == Suite.CLASSIC) {
      throw new CommandFault(
          "--approximate is for the fused suite, but the classic suite is chosen",
          "leave it out, or give --suite fused");
    }
    return choice instanceof SuiteChoice.Fused fused ? fused.with(known) : choice;
  }

  /**
   * Checks that the flags do not contradict a model that was shared before.
   *
   * @param plan of the model
   * @throws CommandFault if they ask for another visibility
   */
  public void requireVisibilityOf(NetworkPlan plan) {
    if (visibility != null && VisibilityNames.ofFlag(visibility) != plan.visibility()) {
      throw new CommandFault(
          "--visibility "
              + visibility
              + ": the model was shared with weights that are "
              + VisibilityNames.label(plan.visibility()),
          "leave it out, or run share again with --visibility " + visibility);
    }
  }

  private ClassicSettings settings() {
    ClassicSettings standard = ClassicSettings.standard();
    if (fractionBits == null) {
      return standard;
    }
    int min = ClassicPolynomial.MIN_FRACTION_BITS;
    int max = ClassicPolynomial.MAX_FRACTION_BITS;
    if (fractionBits < min || fractionBits > max) {
      throw new CommandFault(
          "--fraction-bits " + fractionBits + " is out of range",
          "give a number from " + min + " to " + max);
    }
    return standard.withFractionBits(fractionBits);
  }
}
