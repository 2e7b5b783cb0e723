// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import java.util.Locale;

/**
 * A time during which nothing passes. What is on the way or sent meanwhile arrives afterwards, if
 * the link lives that long.
 *
 * @param place which links
 * @param fromNs when it begins, in virtual time
 * @param untilNs when it ends; {@link #FOREVER} for never
 */
public record Outage(Place place, long fromNs, long untilNs) {
  /** Never ends. */
  public static final long FOREVER = Long.MAX_VALUE;

  /** Checks the order. */
  public Outage {
    if (fromNs < 0 || untilNs <= fromNs) {
      throw new IllegalArgumentException(
          "an outage must begin at 0 or later and end after that: " + fromNs + " to " + untilNs);
    }
  }

  /** As the parser takes it. */
  @Override
  public String toString() {
    return place.name().toLowerCase(Locale.ROOT)
        + " "
        + Quantities.time(fromNs)
        + ".."
        + (untilNs == FOREVER ? "" : Quantities.time(untilNs));
  }

  long lengthNs() {
    return untilNs == FOREVER ? FOREVER : untilNs - fromNs;
  }
}
