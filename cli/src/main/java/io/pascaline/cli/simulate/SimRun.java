// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.options.Activation;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.run.SuiteFigures;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.sim.SimulatedAnswer;
import io.pascaline.sim.SimulationResult;
import io.pascaline.sim.network.LinkProfile;

/**
 * One run of a sweep.
 *
 * @param activation how activations were evaluated
 * @param suite who knows the weights, and what can go wrong by chance
 * @param parties the link between the parties
 * @param result what happened
 */
record SimRun(
    Activation activation, SuiteFigures suite, LinkProfile parties, SimulationResult result) {
  private static final double NANOS_PER_MS = 1e6;

  /** Returns how files and tables call a run: by its activation, and its weights if not shared. */
  static String label(Activation activation, Visibility visibility) {
    return visibility == Visibility.SHARED
        ? activation.label()
        : activation.label() + "-" + VisibilityNames.label(visibility);
  }

  String label() {
    return label(activation, suite.visibility());
  }

  boolean succeeded() {
    return result.answers().stream().anyMatch(SimulatedAnswer::succeeded);
  }

  /** Returns the first request that failed, or null. */
  SimulatedAnswer firstFailureOrNull() {
    return result.answers().stream().filter(answer -> !answer.succeeded()).findFirst().orElse(null);
  }

  double latencyMs() {
    return result.meanLatencyNs() / NANOS_PER_MS;
  }

  double rttMs() {
    return parties.rttNs() / NANOS_PER_MS;
  }

  double readyMs() {
    return result.readyNs() / NANOS_PER_MS;
  }

  static double ms(long ns) {
    return ns / NANOS_PER_MS;
  }
}
