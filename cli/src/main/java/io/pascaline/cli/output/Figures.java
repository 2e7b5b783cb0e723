// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.output;

import java.util.Locale;

/** Numbers as people read them. */
public final class Figures {
  private static final int KIBI = 1024;

  private Figures() {}

  /** Returns a share in percent, with both counts. */
  public static String percent(int part, int whole) {
    return String.format(Locale.ROOT, "%.2f %% (%d of %d)", 100.0 * part / whole, part, whole);
  }

  /** Returns a number of things, for instance "1 image" or "2 images". */
  public static String plural(long count, String thing) {
    return count + " " + thing + (count == 1 ? "" : "s");
  }

  /** Returns milliseconds. */
  public static String ms(double ms) {
    return String.format(Locale.ROOT, ms < 10 ? "%.3f ms" : "%.1f ms", ms);
  }

  /** Returns a number with separators; a decimal unless it is whole. */
  public static String count(double value) {
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%,d", (long) value)
        : String.format(Locale.ROOT, "%,.1f", value);
  }

  /** Returns bytes in MiB, rounded. */
  public static String mib(long bytes) {
    return String.format(Locale.ROOT, "%,.1f MiB", (double) bytes / KIBI / KIBI);
  }

  /** Returns bytes, exactly and in a larger unit. */
  public static String bytes(double bytes) {
    String exact = count(bytes) + " B";
    if (bytes < KIBI) {
      return exact;
    }
    double kib = bytes / KIBI;
    return kib < KIBI
        ? String.format(Locale.ROOT, "%s (%.1f KiB)", exact, kib)
        : String.format(Locale.ROOT, "%s (%.1f MiB)", exact, kib / KIBI);
  }
}
