// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.training.EpochReport;
import io.pascaline.training.EscapeWarning;
import io.pascaline.training.LayerRange;
import io.pascaline.training.StepReport;
import io.pascaline.training.TrainingListener;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;

/**
 * Tells a person how training gets on: one line per epoch on the standard output, a {@link
 * LearningCurve} and, on the standard error, a line with the estimated rest that is rewritten on a
 * terminal and repeated every minute elsewhere.
 */
final class TrainProgress implements TrainingListener {
  private static final String TERMINAL_PROPERTY = "pascaline.terminal";
  private static final long TERMINAL_INTERVAL_NS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LOG_INTERVAL_NS = TimeUnit.MINUTES.toNanos(1);
  private static final int WIDTH = 78;

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean quiet;
  private final LearningCurve curve;
  private final boolean terminal;
  private volatile boolean stopping;
  private long lastNs = System.nanoTime();
  private double loss = Double.NaN;

  TrainProgress(PrintWriter out, PrintWriter err, boolean quiet, LearningCurve curve) {
    this.curve = curve;
    this.out = out;
    this.err = err;
    this.quiet = quiet;
    this.terminal = Boolean.getBoolean(TERMINAL_PROPERTY);
  }

  /** Lets the run end after its present step; any thread may call it. */
  void stop() {
    stopping = true;
  }

  @Override
  public boolean isStopRequested() {
    return stopping;
  }

  @Override
  public void onResume(Path checkpoint, int epoch, int step) {
    say("resuming from " + checkpoint + ": epoch " + epoch + ", step " + step);
  }

  @Override
  public void onStep(StepReport report) {
    // Smoothed, for single batches say little.
    loss = Double.isNaN(loss) ? report.loss() : 0.95 * loss + 0.05 * report.loss();
    long now = System.nanoTime();
    if (quiet || now - lastNs < (terminal ? TERMINAL_INTERVAL_NS : LOG_INTERVAL_NS)) {
      return;
    }
    lastNs = now;
    String line =
        String.format(
            Locale.ROOT,
            "epoch %d/%d, step %d/%d, loss %.3f, penalty %.3g, %s left",
            report.epoch(),
            report.epochs(),
            report.step(),
            report.stepsPerEpoch(),
            loss,
            report.penalty(),
            duration(report.remainingMs()));
    if (terminal) {
      err.print("\r" + fitted(line));
      err.flush();
    } else {
      say(line);
    }
  }

  @Override
  public void onEpoch(EpochReport report) {
    clearLine();
    String widest =
        report.ranges().stream()
            .max(Comparator.comparingDouble(LayerRange::largest))
            .map(
                range ->
                    String.format(Locale.ROOT, ", |x| %.3g in %s", range.largest(), range.layer()))
            .orElse("");
    out.println(
        String.format(
            Locale.ROOT,
            "epoch %d/%d: loss %.4f, penalty %.3g, training %.2f %%%s%s, %s, %s left",
            report.epoch(),
            report.epochs(),
            report.loss(),
            report.penalty(),
            100 * report.trainingAccuracy(),
            validation(report.validationAccuracy()),
            widest,
            duration(report.durationMs()),
            duration(report.remainingMs())));
    out.flush();
    curve.add(report);
  }

  @Override
  public void onWarning(EscapeWarning warning) {
    clearLine();
    say("warning: " + warning);
  }

  /** The run has ended because it was asked to. */
  void onStopped(String message) {
    clearLine();
    say(message + "; add --resume to continue");
  }

  private static String validation(OptionalDouble accuracy) {
    return accuracy.isPresent()
        ? String.format(Locale.ROOT, ", validation %.2f %%", 100 * accuracy.getAsDouble())
        : "";
  }

  private void say(String line) {
    if (!quiet) {
      err.println("pascaline: " + line);
      err.flush();
    }
  }

  private void clearLine() {
    if (terminal && !quiet) {
      err.print("\r" + " ".repeat(WIDTH) + "\r");
      err.flush();
    }
  }

  private static String fitted(String line) {
    return line.length() >= WIDTH
        ? line.substring(0, WIDTH)
        : line + " ".repeat(WIDTH - line.length());
  }

  /** For instance "1 h 02 min", "3 min 20 s" or "12 s". */
  static String duration(long ms) {
    Duration duration = Duration.ofMillis(ms);
    if (duration.toHours() > 0) {
      return String.format(
          Locale.ROOT, "%d h %02d min", duration.toHours(), duration.toMinutesPart());
    }
    return duration.toMinutes() > 0
        ? String.format(
            Locale.ROOT, "%d min %02d s", duration.toMinutes(), duration.toSecondsPart())
        : duration.toSeconds() + " s";
  }
}
