// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.training.EpochReport;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.knowm.xchart.ChartEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;

/**
 * What a run learnt in each epoch, as a table and a figure in its folder: {@code
 * learning-curve.csv} and {@code learning-curve.png}. Both are replaced after every epoch. A run
 * that is resumed keeps the rows of the epochs before.
 */
final class LearningCurve {
  static final String TABLE = "learning-curve.csv";
  static final String FIGURE = "learning-curve.png";

  private static final String HEADER =
      "epoch,loss,penalty,training_percent,validation_percent,seconds";
  private static final int TRAINING = 3;
  private static final int VALIDATION = 4;
  private static final double MS_PER_SECOND = 1e3;
  private static final int WIDTH = 900;
  private static final int HEIGHT = 560;

  private final Path folder;

  /** The curve of the run that writes to a folder, which exists. */
  LearningCurve(Path folder) {
    this.folder = folder;
  }

  /**
   * Adds an epoch.
   *
   * @throws CommandFault in one line if a file cannot be read or written
   */
  void add(EpochReport report) {
    List<String> rows = report.epoch() == 1 ? new ArrayList<>() : before(report.epoch());
    rows.add(
        String.format(
            Locale.ROOT,
            "%d,%.5f,%.5g,%.3f,%s,%.1f",
            report.epoch(),
            report.loss(),
            report.penalty(),
            100 * report.trainingAccuracy(),
            report.validationAccuracy().isPresent()
                ? String.format(
                    Locale.ROOT, "%.3f", 100 * report.validationAccuracy().getAsDouble())
                : "",
            report.durationMs() / MS_PER_SECOND));
    String table = HEADER + "\n" + String.join("\n", rows) + "\n";
    new SavedFile(folder.resolve(TABLE)).write(table.getBytes(StandardCharsets.UTF_8));
    new SavedFile(folder.resolve(FIGURE)).write(figure(rows));
  }

  private List<String> before(int epoch) {
    Path file = folder.resolve(TABLE);
    List<String> rows = new ArrayList<>();
    if (!Files.exists(file)) {
      return rows;
    }
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.matches("[0-9]+,.*")
            && Integer.parseInt(line.substring(0, line.indexOf(','))) < epoch) {
          rows.add(line);
        }
      }
    } catch (IOException e) {
      throw new CommandFault(
          file + " cannot be read (" + e.getMessage() + ")", "delete it and resume", e);
    }
    return rows;
  }

  private static byte[] figure(List<String> rows) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Accuracy by epoch")
            .xAxisTitle("epoch")
            .yAxisTitle("accuracy, %")
            .build();
    chart
        .getStyler()
        .setSeriesColors(new Color[] {new Color(0, 114, 178), new Color(213, 94, 0)})
        .setChartBackgroundColor(Color.WHITE)
        .setPlotBackgroundColor(Color.WHITE);
    addSeries(chart, "varied training images, on the way", rows, TRAINING);
    addSeries(chart, "validation images, averaged weights", rows, VALIDATION);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ChartEncoder.saveChart(chart, out, "PNG");
    } catch (IOException e) {
      throw new CommandFault("the learning curve cannot be drawn", "see " + TABLE, e);
    }
    return out.toByteArray();
  }

  private static void addSeries(XYChart chart, String name, List<String> rows, int column) {
    List<Double> epochs = new ArrayList<>();
    List<Double> percents = new ArrayList<>();
    for (String row : rows) {
      String[] cells = row.split(",", -1);
      if (!cells[column].isEmpty()) {
        epochs.add(Double.parseDouble(cells[0]));
        percents.add(Double.parseDouble(cells[column]));
      }
    }
    if (!epochs.isEmpty()) {
      chart.addSeries(name, epochs, percents);
    }
  }
}
