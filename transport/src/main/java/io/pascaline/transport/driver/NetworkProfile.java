// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.time.Duration;

/**
 * What the network between two nodes is like, and what follows for Aeron: enough in flight to fill
 * it, and no more. {@code docs/settings.md} has the arithmetic.
 *
 * @param name for messages
 * @param roundTripUs round trip time in microseconds, at most ten seconds
 * @param bitsPerSecond bandwidth, at most 400 Gbit/s
 * @param mtuBytes largest datagram payload; 0 takes what fits an Ethernet frame, or all that Aeron
 *     can where the remote is on this machine
 * @param strict whether socket buffers that this system does not grant are a fault; if not, the
 *     window is what it does grant
 */
public record NetworkProfile(
    String name, long roundTripUs, long bitsPerSecond, int mtuBytes, boolean strict) {
  /** Least MTU: IPv6 guarantees 1,280 bytes, of which 48 are headers. */
  public static final int MIN_MTU_BYTES = 1_216;

  /** Largest MTU that Aeron takes. */
  public static final int MAX_MTU_BYTES = Channels.LARGE_MTU_BYTES;

  /** Largest bandwidth in Mbit/s. */
  public static final int MAX_MEGABITS = 400_000;

  private static final long MAX_ROUND_TRIP_US = 10_000_000;
  private static final long BITS_PER_MEGABIT = 1_000_000L;
  private static final int MIN_WINDOW_BYTES = 256 << 10;

  /** Aeron's largest term is 1 GiB, and a window is at most half a term. */
  private static final int MAX_WINDOW_BYTES = 1 << 29;

  /** Checks the ranges, and that the window is one that Aeron can have. */
  public NetworkProfile {
    requireRange("roundTripUs", roundTripUs, 1, MAX_ROUND_TRIP_US);
    requireRange("bitsPerSecond", bitsPerSecond, 1_000, MAX_MEGABITS * BITS_PER_MEGABIT);
    if (mtuBytes != 0) {
      requireRange("mtuBytes", mtuBytes, MIN_MTU_BYTES, MAX_MTU_BYTES);
      if (mtuBytes % 32 != 0) {
        throw new IllegalArgumentException("mtuBytes is " + mtuBytes + ", not a multiple of 32");
      }
    }
    long inFlight = bitsPerSecond / 8 * roundTripUs / 1_000_000;
    if (inFlight > MAX_WINDOW_BYTES) {
      throw new IllegalArgumentException(
          "bitsPerSecond times roundTripUs is " + inFlight + " bytes, more than 512 MiB in flight");
    }
  }

  /**
   * Returns what nodes assume that are told nothing: a local network, as far as the system allows.
   */
  public static NetworkProfile usual() {
    return new NetworkProfile("lan", 1_000, 10_000_000_000L, 0, false);
  }

  /**
   * Returns the profile of a name.
   *
   * @param name lan, regional or wan
   * @throws IllegalArgumentException if it is none of them
   */
  public static NetworkProfile of(String name) {
    return switch (name) {
      case "lan" -> lan();
      case "regional" -> regional();
      case "wan" -> wan();
      default -> throw new IllegalArgumentException("name must be lan, regional or wan: " + name);
    };
  }

  /**
   * Returns what a user has measured.
   *
   * @param roundTrip at most ten seconds; below a microsecond it counts as one
   * @param megabits bandwidth in Mbit/s
   * @throws IllegalArgumentException if one is out of range, or both have more in flight than Aeron
   *     takes
   */
  public static NetworkProfile measured(Duration roundTrip, long megabits) {
    if (roundTrip.compareTo(Duration.ofNanos(MAX_ROUND_TRIP_US * 1_000)) > 0) {
      throw new IllegalArgumentException("roundTrip must be at most 10s: " + roundTrip);
    }
    return new NetworkProfile(
        "of link.rtt and link.bandwidth",
        Math.max(1, roundTrip.toNanos() / 1_000),
        megabits * BITS_PER_MEGABIT,
        0,
        true);
  }

  /** One room: 1 ms, 10 Gbit/s. */
  public static NetworkProfile lan() {
    return new NetworkProfile("lan", 1_000, 10_000_000_000L, 0, true);
  }

  /** Between data centres of a region: 20 ms, 1 Gbit/s. */
  public static NetworkProfile regional() {
    return new NetworkProfile("regional", 20_000, 1_000_000_000L, 0, true);
  }

  /** Between continents: 100 ms, 1 Gbit/s. */
  public static NetworkProfile wan() {
    return new NetworkProfile("wan", 100_000, 1_000_000_000L, 0, true);
  }

  /** Returns the same with another MTU. */
  public NetworkProfile withMtuBytes(int otherMtuBytes) {
    return new NetworkProfile(name, roundTripUs, bitsPerSecond, otherMtuBytes, strict);
  }

  /** Bytes in flight: the bandwidth-delay product, up to a power of two, at least 256 KiB. */
  public int windowBytes() {
    long inFlight = bitsPerSecond / 8 * roundTripUs / 1_000_000;
    long min = Math.max(MIN_WINDOW_BYTES, inFlight);
    return (int) (Long.highestOneBit(min - 1) << 1);
  }

  /** Aeron's term: a sender may be half a term ahead, so twice the window; at least 1 MiB. */
  public int termBytes() {
    return Math.max(1 << 20, (int) Math.min(1L << 30, 2L * windowBytes()));
  }

  private static void requireRange(String setting, long value, long low, long high) {
    if (value < low || value > high) {
      throw new IllegalArgumentException(
          setting + " is " + value + ", not in [" + low + ", " + high + "]");
    }
  }
}
