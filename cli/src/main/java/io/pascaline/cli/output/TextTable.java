// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** A table of text, numbers to the right, words to the left. Not thread-safe. */
public final class TextTable {
  private final String[] headings;
  private final List<String[]> rows = new ArrayList<>();

  /**
   * An empty table.
   *
   * @param headings of the columns; one that starts with {@code <} is aligned to the left
   */
  public TextTable(String... headings) {
    this.headings = headings.clone();
  }

  /**
   * Adds a row.
   *
   * @param cells as many as there are headings
   */
  public void row(Object... cells) {
    if (cells.length != headings.length) {
      throw new IllegalArgumentException(cells.length + " cells for " + headings.length);
    }
    String[] row = new String[cells.length];
    for (int i = 0; i < row.length; i++) {
      row[i] = String.valueOf(cells[i]);
    }
    rows.add(row);
  }

  /** Returns whether there are headings alone. */
  public boolean isEmpty() {
    return rows.isEmpty();
  }

  /**
   * Prints the table.
   *
   * @param out where to
   */
  public void print(PrintWriter out) {
    int[] widths = new int[headings.length];
    String[] titles = new String[headings.length];
    for (int i = 0; i < widths.length; i++) {
      titles[i] = isLeft(i) ? headings[i].substring(1) : headings[i];
      widths[i] = titles[i].length();
      for (String[] row : rows) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    out.println(line(titles, widths));
    for (String[] row : rows) {
      out.println(line(row, widths));
    }
  }

  private boolean isLeft(int column) {
    return headings[column].startsWith("<");
  }

  private String line(String[] cells, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < cells.length; i++) {
      String padding = " ".repeat(widths[i] - cells[i].length());
      line.append(i == 0 ? "  " : "   ");
      line.append(isLeft(i) ? cells[i] + padding : padding + cells[i]);
    }
    return line.toString().stripTrailing();
  }
}
