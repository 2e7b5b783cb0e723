// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.cli.output.OutputFile;
import io.pascaline.cli.output.PlotFile;
import io.pascaline.cli.output.TextTable;
import io.pascaline.training.fit.FitError;
import io.pascaline.training.fit.FitProblem;
import io.pascaline.training.fit.QuantisedFit;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Polynomial coefficients for an activation, as the secure computation can hold them. */
public final class FitRun {
  private final FitOptions options;
  private final PrintWriter out;
  private final PrintWriter err;

  /**
   * Prepares a fit.
   *
   * @param options what to fit
   * @param out the standard output
   * @param err the standard error
   */
  public FitRun(FitOptions options, PrintWriter out, PrintWriter err) {
    this.options = options;
    this.out = out;
    this.err = err;
  }

  /** One set of coefficients and how good it is. */
  record Row(String name, double[] coefficients, FitError error) {}

  /**
   * Fits and writes the results.
   *
   * @throws CommandFault in one line if an option is wrong or nothing fits
   */
  public void run() {
    FitProblem problem = problem();
    Optional<OutputFile> json = OutputFile.of("--json", options.json, out);
    json.ifPresent(OutputFile::requireWritable);
    if (options.plot != null) {
      new PlotFile(options.plot).requireWritable();
    }
    List<Row> rows = new ArrayList<>();
    try {
      rows.add(row("fitted", QuantisedFit.solve(problem)));
    } catch (IllegalArgumentException e) {
      throw new CommandFault(e.getMessage(), "or set another --limit", e);
    }
    options
        .function
        .published(options.bound, options.degree)
        .ifPresent(given -> rows.add(row("published", given)));
    rows.add(
        row("real, no limit", QuantisedFit.real(options.function, options.bound, options.degree)));
    print(rows, OutputFile.report(json, out, err));
    if (options.plot != null) {
      PlotFile plot = new PlotFile(options.plot);
      FitPlot.write(plot, options.function, label(), options.bound, rows.get(0));
    }
    json.ifPresent(file -> file.writeJson(tree(rows)));
  }

  private FitProblem problem() {
    try {
      return new FitProblem(
          options.function, options.bound, options.degree, options.fractionBits, options.limit);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(e.getMessage(), "'pascaline fit --help' explains the options", e);
    }
  }

  private String label() {
    return options.function.name().toLowerCase(Locale.ROOT);
  }

  private Row row(String name, double[] coefficients) {
    return new Row(name, coefficients, FitError.of(options.function, options.bound, coefficients));
  }

  private void print(List<Row> rows, PrintWriter out) {
    out.println(
        String.format(
            Locale.ROOT,
            "%s on [-%s, %s], degree %d, multiples of 2^-%d, at most %s",
            label(),
            number(options.bound),
            number(options.bound),
            options.degree,
            options.fractionBits,
            number(options.limit)));
    out.println();
    List<String> headings = new ArrayList<>(List.of("<power"));
    rows.forEach(row -> headings.add(row.name()));
    headings.add("units of 2^-" + options.fractionBits);
    TextTable coefficients = new TextTable(headings.toArray(String[]::new));
    for (int power = 0; power <= options.degree; power++) {
      List<Object> cells = new ArrayList<>(List.of("x^" + power));
      for (Row row : rows) {
        double coefficient = row.coefficients()[power];
        // No minus before what rounds to zero.
        cells.add(String.format(Locale.ROOT, "%.8f", Math.rint(coefficient * 1e8) / 1e8 + 0.0));
      }
      cells.add(Math.round(Math.scalb(rows.get(0).coefficients()[power], options.fractionBits)));
      coefficients.row(cells.toArray());
    }
    coefficients.print(out);
    out.println();
    TextTable errors =
        new TextTable("<coefficients", "largest error", "at x", "mean error", "root mean square");
    for (Row row : rows) {
      FitError error = row.error();
      errors.row(
          row.name(),
          String.format(Locale.ROOT, "%.6f", error.largest()),
          String.format(Locale.ROOT, "%.3f", error.largestAt()),
          String.format(Locale.ROOT, "%.6f", error.mean()),
          String.format(Locale.ROOT, "%.8f", error.rootMeanSquare()));
    }
    errors.print(out);
  }

  private static String number(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e6
        ? Long.toString((long) value)
        : Double.toString(value);
  }

  private Map<String, Object> tree(List<Row> rows) {
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("function", label());
    tree.put("bound", options.bound);
    tree.put("degree", options.degree);
    tree.put("fractionBits", options.fractionBits);
    tree.put("limit", Double.isInfinite(options.limit) ? null : options.limit);
    List<Map<String, Object>> fits = new ArrayList<>();
    for (Row row : rows) {
      Map<String, Object> fit = new LinkedHashMap<>();
      fit.put("name", row.name());
      fit.put("coefficients", row.coefficients());
      fit.put("largestError", row.error().largest());
      fit.put("largestErrorAt", row.error().largestAt());
      fit.put("meanError", row.error().mean());
      fit.put("rootMeanSquareError", row.error().rootMeanSquare());
      fits.add(fit);
    }
    tree.put("fits", fits);
    return tree;
  }
}
