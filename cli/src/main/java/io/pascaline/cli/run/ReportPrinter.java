// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.options.Task;
import io.pascaline.cli.output.Figures;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Writes an {@link InferenceReport} for people. Not thread-safe. */
public final class ReportPrinter {
  private static final int MIN_NAME_WIDTH = 22;

  private final PrintWriter out;
  private final List<Line> lines = new ArrayList<>();

  private static final String NOT_MEASURED = "not measured";

  private record Line(String name, String value) {}

  /**
   * A printer.
   *
   * @param out the standard output
   */
  public ReportPrinter(PrintWriter out) {
    this.out = out;
  }

  /**
   * Prints the summary.
   *
   * @param report all figures
   */
  public void summary(InferenceReport report) {
    Score score = report.score();
    int images = score.predictions().length;
    int answered = score.answeredCount();
    line("model", report.model());
    line("suite", report.suite().describe());
    line(
        "images",
        (answered < images ? answered + " answered of " : "")
            + images
            + ", "
            + report.imageSource());
    comparison(report);
    if (!report.rangeWarnings().isEmpty()) {
      line(
          "OUT OF RANGE",
          report.imagesOutOfRange()
              + " of "
              + images
              + " images, whose answers may be wrong; first "
              + report.rangeWarnings().get(0).describe());
    }
    line("precision", report.suite().describePrecision());
    line("failure probability", report.suite().describeFailure());
    wire(report.wire(), report.batch() == 1 ? "image" : "session");
    line(
        "online latency",
        report.onlineLatencies().count() == 0
            ? NOT_MEASURED
            : latencies(report.onlineLatencies())
                + " ("
                + Figures.plural(
                    report.onlineLatencies().count(), report.batch() == 1 ? "image" : "session")
                + (report.batch() == 1 ? "" : " of " + report.batch() + " images")
                + " one at a time, "
                + (report.wire().counted()
                    ? "correlations precomputed)"
                    : "as the parties' correlations allow)"));
    line(
        "throughput",
        Double.isNaN(report.throughputPerSecond())
            ? NOT_MEASURED
            : String.format(
                Locale.ROOT,
                "%.1f images/s (%s)",
                report.throughputPerSecond(),
                report.throughputInFlight() == 1
                    ? "one at a time, dealing included"
                    : report.throughputInFlight()
                        + (report.batch() == 1 ? "" : " sessions of " + report.batch() + " images")
                        + " in flight, dealing included"));
    if (report.comparison().latencies().count() > 0) {
      latency(report.comparison(), report, "plaintext");
    } else {
      line("latency, plaintext", "not measured: " + report.comparison().engine());
    }
    for (PlaintextComparison other : report.others()) {
      if (other.latencies().count() > 0) {
        latency(other, report, other.network().label());
      }
    }
    line("deployment", report.deployment().description());
    line("trust model", report.deployment().trustModel(report.suite().visibility()));
    print();
  }

  private void latency(PlaintextComparison plain, InferenceReport report, String name) {
    line("latency, " + name, latencies(plain.latencies()) + " on " + plain.engine());
    double ratio = plain.ratio(report.onlineLatencies());
    if (!Double.isNaN(ratio)) {
      line("private / " + name, String.format(Locale.ROOT, "%.1f times the latency (p50)", ratio));
    }
  }

  private void comparison(InferenceReport report) {
    Score score = report.score();
    if (score.task() == Task.REGRESSION) {
      regression(score);
    } else if (score.labelledCount() > 0) {
      line("accuracy, private", Figures.percent(score.correct(), score.labelledCount()));
      if (score.isCompared()) {
        line(
            "accuracy, plaintext",
            Figures.percent(score.plaintextCorrect(), score.labelledCount()));
      }
    } else {
      line("accuracy", "no labels known");
    }
    if (score.isCompared()) {
      agreement(report.comparison(), "");
    }
    for (PlaintextComparison other : report.others()) {
      String name = ", " + other.network().label();
      if (score.task() == Task.CLASSIFICATION && score.labelledCount() > 0) {
        line(
            "accuracy" + name,
            Figures.percent(other.score().plaintextCorrect(), score.labelledCount()));
      } else if (!Double.isNaN(other.score().plaintextMeanError())) {
        line(
            "mean error" + name,
            String.format(Locale.ROOT, "%.6g", other.score().plaintextMeanError()));
      }
      agreement(other, name);
    }
  }

  private void agreement(PlaintextComparison plain, String name) {
    Score score = plain.score();
    line(
        "agreement" + name,
        Figures.percent(score.agreeing(), score.answeredCount())
            + " with "
            + plain.engine()
            + (score.task() == Task.REGRESSION
                ? String.format(
                    Locale.ROOT, " to %.3g, 1 %% of the range of the values", score.tolerance())
                : ""));
    String error = score.task() == Task.REGRESSION ? "largest error" : "largest logit error";
    line(
        (name.isEmpty() ? error : "largest error") + name,
        String.format(
            Locale.ROOT,
            "%.5f, %.2g %% of the range of the plaintext outputs",
            score.maxLogitError(),
            100 * score.maxLogitError() / score.spread()));
  }

  private void regression(Score score) {
    if (!Double.isNaN(score.meanError())) {
      line("mean error, private", String.format(Locale.ROOT, "%.6g", score.meanError()));
    }
    if (!Double.isNaN(score.plaintextMeanError())) {
      line("mean error, plaintext", String.format(Locale.ROOT, "%.6g", score.plaintextMeanError()));
    }
  }

  private void wire(WireFigures wire, String session) {
    if (!wire.counted() || wire.inferences() == 0) {
      line(
          "rounds",
          Figures.count(wire.roundsPlanned()) + " rounds per " + session + " by the plan");
      line(
          "online bytes",
          PlanPrinter.sent(wire.planned().online()) + " by the plan (the parties count their own)");
      line("offline bytes", Figures.bytes(wire.offlineBytesPlanned()) + " per image by the plan");
      return;
    }
    line("rounds", Figures.count(wire.rounds()) + " rounds per " + session);
    for (WireFigures.Party party : wire.parties()) {
      double inferences = wire.inferences();
      line(
          "online bytes, party " + party.partyId(),
          "sent "
              + Figures.bytes(party.onlineBytesSent() / inferences)
              + ", received "
              + Figures.bytes(party.onlineBytesReceived() / inferences)
              + " per image; framing sent "
              + Figures.count(Math.round(party.framingBytesSent() / inferences))
              + " B, received "
              + Figures.count(Math.round(party.framingBytesReceived() / inferences))
              + " B");
    }
    line(
        "counted = planned",
        wire.asPlanned()
            ? (wire.parties().size() == 2
                ? "yes: both parties' links, both directions, equal to the compiler's prediction"
                : "yes: this party's links, both directions, equal to the compiler's prediction")
            : "NO: the plan says "
                + wire.roundsPlanned()
                + " rounds per "
                + session
                + " and "
                + PlanPrinter.sent(wire.planned().online())
                + "; "
                + mismatches(wire));
    line(
        "offline bytes",
        Figures.bytes(wire.offlineBytesPlanned())
            + " per image; "
            + Figures.bytes(wire.offlineBytesTotal().orElseThrow())
            + " dealt in total, including warm-up and unused correlations");
  }

  private static String mismatches(WireFigures wire) {
    return wire.parties().stream()
        .map(
            p ->
                String.format(
                    Locale.ROOT,
                    "party %d finished %,d of %,d, with %,d rounds, %,d B sent, %,d B received",
                    p.partyId(),
                    p.inferences(),
                    wire.inferences(),
                    p.rounds(),
                    p.onlineBytesSent(),
                    p.onlineBytesReceived()))
        .collect(Collectors.joining("; "));
  }

  private static String latencies(Latencies latencies) {
    // Of fewer than a hundred, the 99th percentile is the slowest one.
    String tail = latencies.count() < 100 ? ", slowest " : ", p99 ";
    return "p50 " + Figures.ms(latencies.p50Ms()) + tail + Figures.ms(latencies.p99Ms());
  }

  private void line(String name, String value) {
    lines.add(new Line(name, value));
  }

  private void print() {
    int width = MIN_NAME_WIDTH;
    for (Line line : lines) {
      width = Math.max(width, line.name().length());
    }
    for (Line line : lines) {
      out.println(String.format(Locale.ROOT, "  %-" + width + "s %s", line.name(), line.value()));
    }
    lines.clear();
    out.flush();
  }
}
