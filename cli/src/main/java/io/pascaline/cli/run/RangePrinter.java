// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.cli.output.TextTable;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Range reports for people, for model cards and as JSON. */
public final class RangePrinter {
  private RangePrinter() {}

  /**
   * Prints one report.
   *
   * @param report the figures
   * @param out where to
   */
  public static void print(RangeReport report, PrintWriter out) {
    out.println("inputs of the activations on " + report.imageCount() + " images, in plaintext:");
    TextTable table =
        new TextTable(
            "<activation", "largest |x|", "range", "outside", "images", "bound", "margin");
    for (ActivationRange row : report.activations()) {
      table.row(
          row.layer(),
          number(row.largest()),
          number(row.range()),
          share(row),
          row.imagesOutside(),
          number(row.bound()),
          margin(row));
    }
    table.print(out);
    out.flush();
  }

  /**
   * Prints two reports side by side, layer by layer in the order of the networks.
   *
   * @param before for instance of the network trained without a penalty
   * @param after of the network that was inspected
   * @param out where to
   */
  public static void print(RangeReport before, RangeReport after, PrintWriter out) {
    out.println(
        "inputs of the activations on "
            + after.imageCount()
            + " images, in plaintext: before ("
            + before.model()
            + ") and after ("
            + after.model()
            + "):");
    TextTable table =
        new TextTable(
            "<activation",
            "largest |x| before",
            "after",
            "outside before",
            "after",
            "images before",
            "after");
    int rows = Math.max(before.activations().size(), after.activations().size());
    for (int i = 0; i < rows; i++) {
      ActivationRange one = i < before.activations().size() ? before.activations().get(i) : null;
      ActivationRange two = i < after.activations().size() ? after.activations().get(i) : null;
      table.row(
          two == null ? one.layer() : two.layer(),
          one == null ? "" : number(one.largest()),
          two == null ? "" : number(two.largest()),
          one == null ? "" : share(one),
          two == null ? "" : share(two),
          one == null ? "" : one.imagesOutside(),
          two == null ? "" : two.imagesOutside());
    }
    table.print(out);
    out.flush();
  }

  /** Returns the report as a Markdown table, for a model card. */
  public static String markdown(RangeReport report) {
    StringBuilder table =
        new StringBuilder(
            "| activation | largest input | range | values outside | images with any | bound |"
                + " margin |\n| --- | ---: | ---: | ---: | ---: | ---: | ---: |\n");
    for (ActivationRange row : report.activations()) {
      table.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s | %s | %s | %d | %s | %s |%n",
              row.layer(),
              number(row.largest()),
              number(row.range()),
              share(row),
              row.imagesOutside(),
              number(row.bound()),
              margin(row)));
    }
    return table.toString();
  }

  /** Returns the report as maps and lists. */
  public static Map<String, Object> tree(RangeReport report) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (ActivationRange row : report.activations()) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("activation", row.layer());
      fields.put("largest", finite(row.largest()));
      fields.put("range", finite(row.range()));
      fields.put("outsideShare", row.outsideShare());
      fields.put("imagesOutside", row.imagesOutside());
      fields.put("bound", finite(row.bound()));
      fields.put("margin", finite(row.margin()));
      rows.add(fields);
    }
    Map<String, Object> tree = new LinkedHashMap<>();
    tree.put("model", report.model());
    tree.put("images", report.imageCount());
    tree.put("activations", rows);
    return tree;
  }

  /** JSON has no other numbers. */
  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4g", value);
  }

  private static String share(ActivationRange row) {
    return row.outsideCount() == 0
        ? "none"
        : String.format(Locale.ROOT, "%.3g %%", 100 * row.outsideShare());
  }

  private static String margin(ActivationRange row) {
    return Double.isFinite(row.margin()) ? String.format(Locale.ROOT, "%.1f x", row.margin()) : "";
  }
}
