// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.fit;

import io.pascaline.cli.command.SharedOptions;
import io.pascaline.cli.fault.CommandFault;
import io.pascaline.cli.report.OutputFile;
import io.pascaline.cli.report.TextTable;
import io.pascaline.training.fit.FitError;
import io.pascaline.training.fit.FitProblem;
import io.pascaline.training.fit.QuantisedFit;
import io.pascaline.training.fit.TargetFunction;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Polynomial coefficients for an activation, as the secure computation can hold them. */
@Command(
    name = "fit",
    description =
        "Fit a polynomial to an activation, its coefficients multiples of 2^-q: of all such"
            + " polynomials the one with the least squared error on [-B, B].")
public final class FitCommand implements Callable<Integer> {
  @Mixin private SharedOptions shared;

  @Option(
      names = "--function",
      defaultValue = "relu",
      paramLabel = "F",
      description = "relu, gelu, silu, sigmoid or tanh (default: ${DEFAULT-VALUE}).")
  private TargetFunction function;

  @Option(
      names = "--degree",
      defaultValue = "4",
      paramLabel = "N",
      description = "Degree of the polynomial, 1 to 12 (default: ${DEFAULT-VALUE}).")
  private int degree;

  @Option(
      names = "--bound",
      defaultValue = "5",
      paramLabel = "B",
      description = "Half the width of the interval (default: ${DEFAULT-VALUE}).")
  private double bound;

  @Option(
      names = "--fraction-bits",
      defaultValue = "10",
      paramLabel = "Q",
      description = "Coefficients are multiples of 2^-Q, 0 to 30 (default: ${DEFAULT-VALUE}).")
  private int fractionBits;

  @Option(
      names = "--limit",
      defaultValue = "0.5",
      paramLabel = "L",
      description =
          "Largest magnitude of a coefficient, itself allowed (default: ${DEFAULT-VALUE};"
              + " Infinity for none).")
  private double limit;

  @Option(names = "--json", paramLabel = "FILE", description = "Write every figure there.")
  private Path json;

  @Option(
      names = "--plot",
      paramLabel = "FILE",
      description = "Plot function, polynomial and error, as PNG or SVG by the file's ending.")
  private Path plot;

  @Spec private CommandSpec spec;

  /** For picocli. */
  public FitCommand() {}

  /** One set of coefficients and how good it is. */
  record Row(String name, double[] coefficients, FitError error) {}

  @Override
  public Integer call() {
    FitProblem problem = problem();
    OutputFile.of("--json", json).ifPresent(OutputFile::requireWritable);
    if (plot != null) {
      FitPlot.requireFormat(plot);
      new OutputFile("--plot", plot).requireWritable();
    }
    List<Row> rows = new ArrayList<>();
    try {
      rows.add(row("fitted", QuantisedFit.solve(problem)));
    } catch (IllegalArgumentException e) {
      throw new CommandFault(e.getMessage(), "or set another --limit", e);
    }
    function.published(bound, degree).ifPresent(given -> rows.add(row("published", given)));
    rows.add(row("real, no limit", QuantisedFit.real(function, bound, degree)));
    print(rows, spec.commandLine().getOut());
    if (plot != null) {
      FitPlot.write(plot, function, label(), bound, rows.get(0));
    }
    if (json != null) {
      new OutputFile("--json", json).writeJson(tree(rows));
    }
    return 0;
  }

  private FitProblem problem() {
    try {
      return new FitProblem(function, bound, degree, fractionBits, limit);
    } catch (IllegalArgumentException e) {
      throw new CommandFault(e.getMessage(), "'pascaline fit --help' explains the options", e);
    }
  }

  private String label() {
    return function.name().toLowerCase(Locale.ROOT);
  }

  private Row row(String name, double[] coefficients) {
    return new Row(name, coefficients, FitError.of(function, bound, coefficients));
  }

  private void print(List<Row> rows, PrintWriter out) {
    out.println(
        String.format(
            Locale.ROOT,
            "%s on [-%s, %s], degree %d, multiples of 2^-%d, at most %s",
            label(),
            number(bound),
            number(bound),
            degree,
            fractionBits,
            number(limit)));
    out.println();
    List<String> headings = new ArrayList<>(List.of("<power"));
    rows.forEach(row -> headings.add(row.name()));
    headings.add("units of 2^-" + fractionBits);
    TextTable coefficients = new TextTable(headings.toArray(String[]::new));
    for (int power = 0; power <= degree; power++) {
      List<Object> cells = new ArrayList<>(List.of("x^" + power));
      for (Row row : rows) {
        double coefficient = row.coefficients()[power];
        // No minus before what rounds to zero.
        cells.add(String.format(Locale.ROOT, "%.8f", Math.rint(coefficient * 1e8) / 1e8 + 0.0));
      }
      cells.add(Math.round(Math.scalb(rows.get(0).coefficients()[power], fractionBits)));
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
    tree.put("bound", bound);
    tree.put("degree", degree);
    tree.put("fractionBits", fractionBits);
    tree.put("limit", Double.isInfinite(limit) ? null : limit);
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
