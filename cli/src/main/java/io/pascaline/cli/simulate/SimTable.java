// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.simulate;

import io.pascaline.cli.options.Activation;
import io.pascaline.cli.options.VisibilityNames;
import io.pascaline.cli.output.TextTable;
import io.pascaline.cli.run.DealerCheckFigures;
import io.pascaline.cli.run.TrustModel;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.sim.SimulatedAnswer;
import io.pascaline.sim.SimulationResult;
import io.pascaline.sim.network.Quantities;
import io.pascaline.sim.trace.DealerCheckTraffic;
import io.pascaline.sim.trace.LostWork;
import java.io.PrintWriter;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A sweep's results for people. */
final class SimTable {
  private static final int DIGEST_DIGITS = 12;

  private SimTable() {}

  static void print(SimModel model, List<SimRun> runs, PrintWriter out) {
    SimulationResult any = runs.get(0).result();
    out.println(
        "  model          " + model.name() + (model.untrained() ? " (random weights)" : ""));
    out.println("  computation    " + any.costOrigin());
    out.println(
        "  machines       "
            + any.settings().coresPerMachine()
            + " cores, "
            + any.settings().layout().name().toLowerCase(Locale.ROOT));
    out.println("  seed           " + any.settings().seed());
    out.println();
    TextTable table =
        new TextTable(
            "<activation",
            "RTT",
            "bandwidth",
            "inferences",
            "latency ms",
            "rounds",
            "online B/party",
            "offline B",
            "ready ms",
            "<trace");
    runs.forEach(run -> row(table, run));
    table.print(out);
    out.println();
    for (SimRun run : runs) {
      SimulatedAnswer failure = run.firstFailureOrNull();
      if (failure != null) {
        out.println(
            "  "
                + run.label()
                + " at "
                + run.parties()
                + ": "
                + failure.reasonOrNull()
                + ": "
                + failure.detailOrNull());
      }
    }
    lostWork(runs, out);
    dealerChecks(runs, out);
    compare(runs, out);
    compareVisibilities(runs, out);
    trustModels(runs, out);
    failures(runs, out);
    out.flush();
  }

  private static void row(TextTable table, SimRun run) {
    SimulationResult result = run.result();
    boolean succeeded = run.succeeded();
    table.row(
        run.label(),
        Quantities.time(run.parties().rttNs()),
        Quantities.bandwidth(run.parties().bitsPerSecond()),
        result.answers().stream().filter(SimulatedAnswer::succeeded).count()
            + "/"
            + result.answers().size(),
        succeeded ? String.format(Locale.ROOT, "%.3f", run.latencyMs()) : "-",
        succeeded ? result.rounds() : "-",
        succeeded ? result.onlineBytesPerParty() : "-",
        succeeded ? result.offlineBytes() : "-",
        String.format(Locale.ROOT, "%.3f", run.readyMs()),
        result.reproducible()
            ? result.traceDigest().substring(0, DIGEST_DIGITS)
            : "not reproducible");
  }

  /** What no inference used, because a link's loss ended its epoch. */
  private static void lostWork(List<SimRun> runs, PrintWriter out) {
    for (SimRun run : runs) {
      LostWork lost = run.result().lostWork();
      if (lost.epochs() > 0) {
        out.println(
            String.format(
                Locale.ROOT,
                "  %s at %s: %d lost epoch(s), whose set-up of %d B/party, online %d B/party and"
                    + " offline %d B no answer used",
                run.label(),
                run.parties(),
                lost.epochs(),
                lost.setupBytesPerParty(),
                lost.onlineBytesPerParty(),
                lost.offlineBytes()));
      }
    }
  }

  /** Prints what checks of the dealer detect, and what they cost in addition to the inferences. */
  private static void dealerChecks(List<SimRun> runs, PrintWriter out) {
    int every = runs.get(0).result().settings().dealerCheckEvery();
    if (every == 0) {
      return;
    }
    out.println("  dealer checks  " + DealerCheckFigures.describe(every));
    for (SimRun run : runs) {
      DealerCheckTraffic checks = run.result().dealerChecks();
      out.println(
          String.format(
              Locale.ROOT,
              "  %s at %s: %d session number(s) were checked, which took %d B offline and %d B"
                  + " online",
              run.label(),
              run.parties(),
              checks.numbers(),
              checks.offlineBytes(),
              checks.onlineBytes()));
    }
  }

  /** Of each activation in the classic suite, once: links do not matter. */
  private static void failures(List<SimRun> runs, PrintWriter out) {
    Set<Activation> told = EnumSet.noneOf(Activation.class);
    for (SimRun run : runs) {
      if (run.suite().failureProbability() > 0 && told.add(run.activation())) {
        out.println(
            "  "
                + run.label()
                + " at "
                + run.suite().fractionBits()
                + " fraction bits is wrong with a probability of "
                + run.suite().describeFailure());
      }
    }
  }

  /** What owned and public weights take, as a part of what shared ones do over the same link. */
  private static void compareVisibilities(List<SimRun> runs, PrintWriter out) {
    for (SimRun run : runs) {
      runs.stream()
          .filter(shared -> shared.suite().visibility() == Visibility.SHARED)
          .filter(shared -> run.suite().visibility() != Visibility.SHARED)
          .filter(shared -> shared.activation() == run.activation())
          .filter(shared -> shared.parties().equals(run.parties()))
          .filter(shared -> shared.succeeded() && run.succeeded())
          .forEach(
              shared ->
                  out.println(
                      String.format(
                          Locale.ROOT,
                          "  %s takes %.2f of the time and %.2f of the online bytes of %s at %s",
                          run.label(),
                          run.latencyMs() / shared.latencyMs(),
                          run.result().online().total() / (double) shared.result().online().total(),
                          shared.label(),
                          run.parties())));
    }
  }

  /** What must be trusted with each visibility, once. */
  private static void trustModels(List<SimRun> runs, PrintWriter out) {
    Set<Visibility> told = EnumSet.noneOf(Visibility.class);
    for (SimRun run : runs) {
      Visibility visibility = run.suite().visibility();
      if (told.add(visibility)) {
        out.println(
            "  "
                + (runs.stream().allMatch(other -> other.suite().visibility() == visibility)
                    ? "trust model"
                    : "trust model, " + VisibilityNames.label(visibility))
                + "  "
                + TrustModel.of(visibility));
      }
    }
  }

  /** How many times slower than the quickest activation of the same link. */
  private static void compare(List<SimRun> runs, PrintWriter out) {
    for (SimRun slow : runs) {
      runs.stream()
          .filter(run -> run.parties().equals(slow.parties()))
          .filter(run -> run.activation() != slow.activation())
          .filter(run -> run.succeeded() && slow.succeeded())
          .filter(run -> slow.activation() == Activation.RELU)
          .forEach(
              run ->
                  out.println(
                      String.format(
                          Locale.ROOT,
                          "  %s is %.2f times as fast as %s at %s",
                          run.label(),
                          slow.latencyMs() / run.latencyMs(),
                          slow.label(),
                          run.parties())));
    }
  }
}
