// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Measured latencies of one image by network and system, from a CSV file with a heading. */
final class LatencyTable {
  private static final List<String> HEADING =
      List.of("network", "system", "milliseconds", "conditions", "measured", "source");
  private static final CSVFormat FORMAT =
      CSVFormat.RFC4180.builder().setHeader().setSkipHeaderRecord(true).get();

  private LatencyTable() {}

  /** What ran beside a measurement, which says how far its figure can be trusted. */
  enum Conditions {
    /** Nothing. */
    IDLE,
    /** Other work on the same cores, so the figure is too high. */
    BUSY,
    /** It ran on another machine than the other rows. */
    OTHER_MACHINE
  }

  /**
   * One figure.
   *
   * @param network the network and its input
   * @param system what ran it
   * @param milliseconds of one image
   * @param conditions what ran beside it
   */
  record Row(String network, String system, double milliseconds, Conditions conditions) {}

  /**
   * Reads a file.
   *
   * @param file the table
   * @return its rows, at least one
   * @throws IOException if it cannot be read
   * @throws IllegalArgumentException for another heading or a row that is not a measurement
   */
  static List<Row> read(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (CSVParser parser = FORMAT.parse(Files.newBufferedReader(file, StandardCharsets.UTF_8))) {
      if (!parser.getHeaderNames().equals(HEADING)) {
        throw new IllegalArgumentException(
            "heading must be " + HEADING + ": " + parser.getHeaderNames());
      }
      for (CSVRecord fields : parser) {
        rows.add(row(fields));
      }
    }
    if (rows.isEmpty()) {
      throw new IllegalArgumentException("no rows: " + file);
    }
    return rows;
  }

  private static Row row(CSVRecord fields) {
    String where = "row " + fields.getRecordNumber();
    if (!fields.isConsistent()) {
      throw new IllegalArgumentException(
          where + " must have " + HEADING.size() + " fields: " + fields.size());
    }
    for (String column : HEADING) {
      if (fields.get(column).isBlank()) {
        throw new IllegalArgumentException(where + ": " + column + " is empty");
      }
    }
    return new Row(
        fields.get("network"),
        fields.get("system"),
        milliseconds(where, fields.get("milliseconds")),
        conditions(where, fields.get("conditions")));
  }

  private static double milliseconds(String where, String text) {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          where + ": milliseconds must be a positive number: " + text);
    }
    return value;
  }

  private static Conditions conditions(String where, String text) {
    return Arrays.stream(Conditions.values())
        .filter(value -> value.name().equalsIgnoreCase(text.replace(' ', '_')))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    where + ": conditions must be idle, busy or other machine: " + text));
  }
}
