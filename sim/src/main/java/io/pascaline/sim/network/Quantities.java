// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Times and bandwidths as people write them. */
public final class Quantities {
  private static final Pattern QUANTITY =
      Pattern.compile("(\\d{1,12}(?:\\.\\d{1,9})?)\\s*([a-z%/]*)");
  private static final Map<String, Long> TIME_UNITS =
      Map.of("ns", 1L, "us", 1_000L, "ms", 1_000_000L, "s", 1_000_000_000L);
  private static final Map<String, Long> BANDWIDTH_UNITS =
      Map.of("bps", 1L, "kbps", 1_000L, "mbps", 1_000_000L, "gbps", 1_000_000_000L);
  private static final long MAX_TIME_NS = 3_600_000_000_000L;
  private static final String UNLIMITED = "unlimited";

  private Quantities() {}

  /**
   * Reads a time of at most an hour, such as {@code 100ms}, {@code 250us} or {@code 0}.
   *
   * @return nanoseconds
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static long parseTime(String text) {
    if (text.strip().equals("0")) {
      return 0;
    }
    long timeNs = parse(text, TIME_UNITS, "a time such as 100ms, 250us or 1.5s");
    if (timeNs > MAX_TIME_NS) {
      throw new IllegalArgumentException("'" + text + "' must be at most 3600s");
    }
    return timeNs;
  }

  /**
   * Reads a bandwidth such as {@code 100mbps}, {@code 1gbps} or {@code unlimited}.
   *
   * @return bits per second
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static long parseBandwidth(String text) {
    if (text.strip().equalsIgnoreCase(UNLIMITED)) {
      return LinkProfile.UNLIMITED;
    }
    String allowed = "a bandwidth such as 100mbps or 1gbps, or 'unlimited'";
    long bits = parse(text, BANDWIDTH_UNITS, allowed);
    if (bits < 1) {
      throw new IllegalArgumentException("'" + text + "' must be " + allowed);
    }
    return bits;
  }

  /**
   * Reads a share of one, such as {@code 0.01} or {@code 1%}.
   *
   * @throws IllegalArgumentException naming the text and what is allowed
   */
  public static double parseRate(String text) {
    Matcher matcher = QUANTITY.matcher(text.strip());
    if (matcher.matches()) {
      double value = Double.parseDouble(matcher.group(1));
      double rate = matcher.group(2).equals("%") ? value / 100 : value;
      if ((matcher.group(2).isEmpty() || matcher.group(2).equals("%")) && rate < 1) {
        return rate;
      }
    }
    throw new IllegalArgumentException(
        "'" + text + "' must be a rate below 1 such as 0.01 or below 100% such as 1%");
  }

  private static long parse(String text, Map<String, Long> units, String allowed) {
    Matcher matcher = QUANTITY.matcher(text.strip().toLowerCase(Locale.ROOT));
    Long unit = matcher.matches() ? units.get(matcher.group(2)) : null;
    if (unit == null) {
      throw new IllegalArgumentException("'" + text + "' must be " + allowed);
    }
    BigDecimal value = new BigDecimal(matcher.group(1)).multiply(BigDecimal.valueOf(unit));
    if (value.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) >= 0) {
      throw new IllegalArgumentException("'" + text + "' is too large: give " + allowed);
    }
    return value.longValue();
  }

  /** Returns a time in the largest unit that keeps it short; the parser takes it. */
  public static String time(long timeNs) {
    if (timeNs == 0) {
      return "0";
    }
    if (timeNs % 1_000 != 0) {
      return timeNs + "ns";
    }
    if (timeNs % 100_000 != 0 || timeNs < 1_000_000) {
      return plain(timeNs, 1_000) + "us";
    }
    return timeNs < 1_000_000_000L
        ? plain(timeNs, 1_000_000) + "ms"
        : plain(timeNs, 1_000_000_000) + "s";
  }

  /** Returns a bandwidth in the largest unit that it reaches; the parser takes it. */
  public static String bandwidth(long bitsPerSecond) {
    if (bitsPerSecond == LinkProfile.UNLIMITED) {
      return UNLIMITED;
    }
    if (bitsPerSecond >= 1_000_000_000L) {
      return plain(bitsPerSecond, 1_000_000_000) + "gbps";
    }
    if (bitsPerSecond >= 1_000_000) {
      return plain(bitsPerSecond, 1_000_000) + "mbps";
    }
    return bitsPerSecond >= 1_000 ? plain(bitsPerSecond, 1_000) + "kbps" : bitsPerSecond + "bps";
  }

  private static String plain(long value, long unit) {
    return BigDecimal.valueOf(value)
        .divide(BigDecimal.valueOf(unit))
        .stripTrailingZeros()
        .toPlainString();
  }
}
