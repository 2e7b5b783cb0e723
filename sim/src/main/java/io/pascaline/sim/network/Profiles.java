// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * Named links, and links in words such as {@code rtt=40ms,bw=200mbps,jitter=1ms,loss=0.1%} or
 * {@code wan,loss=1%}.
 */
public final class Profiles {
  private static final String KEYS = "rtt, bw, up, jitter, loss";
  private static final Map<String, LinkProfile> NAMED = new LinkedHashMap<>();

  static {
    // One building; one country; one continent; two continents. Round numbers, no measurements.
    NAMED.put("lan", LinkProfile.of(200_000L, 10_000_000_000L));
    NAMED.put("regional", LinkProfile.of(10_000_000L, 1_000_000_000L));
    NAMED.put("continental", LinkProfile.of(40_000_000L, 500_000_000L));
    NAMED.put("wan", LinkProfile.of(100_000_000L, 100_000_000L));
  }

  private Profiles() {}

  /** Returns the names, for messages. */
  public static String names() {
    return String.join(", ", NAMED.keySet());
  }

  /**
   * Reads a profile: a name, or settings that change {@code lan} or the name in front of them.
   *
   * @throws IllegalArgumentException naming what is wrong and what is allowed
   */
  public static LinkProfile parse(String text) {
    LinkProfile profile = NAMED.get("lan");
    String[] parts = text.strip().split("\\s*,\\s*", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i].toLowerCase(Locale.ROOT);
      int equals = part.indexOf('=');
      if (equals >= 0) {
        profile = changed(profile, part.substring(0, equals), part.substring(equals + 1));
      } else if (i == 0 && NAMED.containsKey(part)) {
        profile = NAMED.get(part);
      } else {
        throw new IllegalArgumentException(
            "'" + parts[i] + "' must be one of " + names() + ", or key=value with " + KEYS);
      }
    }
    return profile;
  }

  private static LinkProfile changed(LinkProfile profile, String key, String value) {
    LinkProfile.Builder change = profile.toBuilder();
    switch (key) {
      case "rtt" -> change.rttNs(Quantities.parseTime(value));
      case "bw" -> change.bitsPerSecond(Quantities.parseBandwidth(value));
      case "up" -> change.upBitsPerSecond(Quantities.parseBandwidth(value));
      case "jitter" -> change.jitterNs(Quantities.parseTime(value));
      case "loss" -> change.lossRate(Quantities.parseRate(value));
      default -> throw new IllegalArgumentException("'" + key + "' must be one of " + KEYS);
    }
    return change.build();
  }
}
