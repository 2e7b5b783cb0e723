// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.table;

import static java.util.Locale.ROOT;

import io.pascaline.images.DataFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The rows of a CSV file. A first row most of whose cells are words is a heading. Columns are
 * separated by whatever the first row has most of: comma, semicolon or tabulator.
 *
 * @param names of the rows: their numbers, from 1
 * @param rows the inputs
 * @param targetsOrNull the label column; null without one
 * @param declaredCount rows in the file, of which the first are read
 * @param notes what the user should know, one line each
 */
record CsvRows(
    List<String> names,
    List<float[]> rows,
    double[] targetsOrNull,
    int declaredCount,
    List<String> notes) {
  private static final String LAST = "last";
  private static final long MAX_BYTES = 1L << 30;
  private static final Set<String> MISSING = Set.of("", "nan", "na", "n/a", "null", "?");
  private static final char BYTE_ORDER_MARK = '\ufeff';

  /**
   * Reads a file.
   *
   * @param path the file
   * @param columnCount how many numbers an input has
   * @param labelColumnOrNull a heading, a number from 1 or {@code last}
   * @param limit most rows to keep
   * @throws DataFault naming row and column of what is no number
   */
  static CsvRows read(Path path, int columnCount, String labelColumnOrNull, int limit) {
    try {
      if (Files.size(path) > MAX_BYTES) {
        throw new DataFault(path + " is larger than 1 GiB", "give it in parts, or as .npy");
      }
      CSVFormat format =
          CSVFormat.DEFAULT
              .builder()
              .setDelimiter(delimiter(path))
              .setIgnoreSurroundingSpaces(true)
              .get();
      try (CSVParser parser = CSVParser.parse(path, StandardCharsets.UTF_8, format)) {
        return new Reading(path, columnCount, labelColumnOrNull, limit).read(parser);
      }
    } catch (MalformedInputException e) {
      throw new DataFault(path + " is not UTF-8", "save it as UTF-8", e);
    } catch (IOException | UncheckedIOException | IllegalStateException e) {
      throw new DataFault(
          path + " cannot be read (" + e.getMessage() + ")", "check that it is a CSV file", e);
    }
  }

  private static char delimiter(Path path) throws IOException {
    String first;
    try (var lines = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      first = lines.readLine();
    }
    char best = ',';
    for (char candidate : new char[] {';', '\t'}) {
      if (first != null && occurrences(first, candidate) > occurrences(first, best)) {
        best = candidate;
      }
    }
    return best;
  }

  private static long occurrences(String text, char wanted) {
    return text.chars().filter(c -> c == wanted).count();
  }

  /** One pass over a file. */
  private static final class Reading {
    private final Path path;
    private final int columnCount;
    private final String labelColumnOrNull;
    private final int limit;
    private final List<String> names = new ArrayList<>();
    private final List<float[]> rows = new ArrayList<>();
    private final List<Double> targets = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private int labelAt = -1;
    private int count;

    Reading(Path path, int columnCount, String labelColumnOrNull, int limit) {
      this.path = path;
      this.columnCount = columnCount;
      this.labelColumnOrNull = labelColumnOrNull;
      this.limit = limit;
    }

    CsvRows read(CSVParser parser) {
      boolean first = true;
      for (CSVRecord record : parser) {
        if (record.size() == 1 && record.get(0).isBlank()) {
          continue;
        }
        boolean heading = first && isHeading(record);
        if (first) {
          labelAt = labelColumn(record, heading);
          requireNoIndex(record, heading);
        }
        boolean numbered = first && numbersColumns(record);
        first = false;
        if (!heading) {
          if (numbered && parser.iterator().hasNext()) {
            notes.add(
                path
                    + " row 1 is 0, 1, 2 and so on, and is taken as an input: if it numbers the"
                    + " columns, leave it out (header=False in pandas)");
          }
          count++;
          if (rows.size() < limit) {
            take(record);
          }
        }
      }
      if (rows.isEmpty()) {
        throw new DataFault(path + " holds no row of numbers", "give one input per row");
      }
      double[] labels =
          labelAt < 0 ? null : targets.stream().mapToDouble(Double::doubleValue).toArray();
      return new CsvRows(names, rows, labels, count, notes);
    }

    /** One word among numbers is a mistake, which must not pass for a heading. */
    private static boolean isHeading(CSVRecord record) {
      int words = 0;
      for (String cell : record) {
        words += Double.isNaN(parsed(cell)) && !MISSING.contains(cell.toLowerCase(ROOT)) ? 1 : 0;
      }
      return 2 * words > record.size();
    }

    /**
     * Returns whether a row is 0, 1, 2 and so on, which tools write if columns have no headings.
     */
    private static boolean numbersColumns(CSVRecord record) {
      boolean numbers = record.size() > 2;
      for (int i = 0; numbers && i < record.size(); i++) {
        numbers = withoutMark(record.get(i)).equals(Integer.toString(i));
      }
      return numbers;
    }

    /** Tools write an index of the rows with a heading that is empty; it is no input. */
    private void requireNoIndex(CSVRecord first, boolean heading) {
      boolean unnamed = heading && first.size() > 1 && withoutMark(first.get(0)).isBlank();
      if (unnamed && labelAt != 0) {
        throw new DataFault(
            path + " has a first column without a heading, which seems to number the rows",
            "leave it out (index=False in pandas), or give it a heading");
      }
    }

    private int labelColumn(CSVRecord first, boolean heading) {
      int columns = first.size();
      if (labelColumnOrNull == null) {
        return -1;
      }
      if (labelColumnOrNull.equalsIgnoreCase(LAST)) {
        return columns - 1;
      }
      for (int i = 0; heading && i < columns; i++) {
        if (withoutMark(first.get(i)).equals(labelColumnOrNull)) {
          return i;
        }
      }
      double number = parsed(labelColumnOrNull);
      if (number >= 1 && number <= columns && number == Math.rint(number)) {
        return (int) number - 1;
      }
      throw new DataFault(
          path + " has no column '" + labelColumnOrNull + "'",
          "give a heading, a number from 1 to " + columns + ", or last");
    }

    private void take(CSVRecord record) {
      int extra = labelAt < 0 ? 0 : 1;
      if (record.size() != columnCount + extra) {
        throw new DataFault(
            at(record) + " has " + record.size() + " columns but the model takes " + columnCount,
            record.size() == columnCount + 1
                ? "name the column of the labels with --label-column, for instance last"
                : "give as many numbers as the model takes in each row");
      }
      float[] row = new float[columnCount];
      int next = 0;
      for (int i = 0; i < record.size(); i++) {
        double value = parsed(record.get(i));
        if (!Float.isFinite((float) value)) {
          throw new DataFault(
              at(record)
                  + ", column "
                  + (i + 1)
                  + " is '"
                  + record.get(i)
                  + "', not a finite number",
              "fill in or remove such rows");
        }
        if (i == labelAt) {
          targets.add(value);
        } else {
          row[next++] = (float) value;
        }
      }
      names.add("#" + rows.size());
      rows.add(row);
    }

    private String at(CSVRecord record) {
      return path + " row " + record.getRecordNumber();
    }

    private static String withoutMark(String cell) {
      return !cell.isEmpty() && cell.charAt(0) == BYTE_ORDER_MARK ? cell.substring(1) : cell;
    }

    private static double parsed(String cell) {
      String number = withoutMark(cell);
      // Java also takes its own literals, such as 1f and 2D.
      if (!number.isEmpty() && Character.isLetter(number.charAt(number.length() - 1))) {
        return Double.NaN;
      }
      try {
        return Double.parseDouble(number);
      } catch (NumberFormatException e) {
        return Double.NaN;
      }
    }
  }
}
