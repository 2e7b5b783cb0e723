// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

/**
 * How one link carries bytes. Both directions are alike except for the bandwidth. A message of
 * {@code n} bytes in frames, sent at {@code t}, waits until those before it have left, takes {@code
 * n * 8 / bandwidth} to leave, and arrives one latency later, plus a jitter, plus a round trip for
 * every time that one of its packets is lost; never before the message sent ahead of it. Packet
 * headers of the carrier are taken as part of the bandwidth.
 *
 * @param latencyNs one way, half of the round-trip time
 * @param bitsPerSecond bandwidth to the end that connects; {@link #UNLIMITED} for none
 * @param upBitsPerSecond bandwidth from the end that connects: from a client to a party, from party
 *     1 to party 0, and from a party to the dealer
 * @param jitterNs each message is late by a uniform random time below this
 * @param lossRate probability that a packet is lost, below 1
 */
public record LinkProfile(
    long latencyNs, long bitsPerSecond, long upBitsPerSecond, long jitterNs, double lossRate) {
  /** A bandwidth at which bytes take no time. */
  public static final long UNLIMITED = Long.MAX_VALUE;

  /** Bytes of a packet: what is lost at a time. */
  public static final int PACKET_BYTES = 1408;

  private static final double NANOS_PER_SECOND = 1e9;

  /** Checks the ranges. */
  public LinkProfile {
    require("latencyNs", latencyNs >= 0, latencyNs);
    require("bitsPerSecond", bitsPerSecond >= 1, bitsPerSecond);
    require("upBitsPerSecond", upBitsPerSecond >= 1, upBitsPerSecond);
    require("jitterNs", jitterNs >= 0, jitterNs);
    require("lossRate", lossRate >= 0 && lossRate < 1, lossRate);
  }

  /** The same bandwidth in both directions. */
  public LinkProfile(long latencyNs, long bitsPerSecond, long jitterNs, double lossRate) {
    this(latencyNs, bitsPerSecond, bitsPerSecond, jitterNs, lossRate);
  }

  private static void require(String name, boolean holds, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }

  /** Returns a link that neither shakes nor loses. */
  public static LinkProfile of(long rttNs, long bitsPerSecond) {
    return new LinkProfile(rttNs / 2, bitsPerSecond, 0, 0);
  }

  /** Returns the round-trip time. */
  public long rttNs() {
    return 2 * latencyNs;
  }

  /** Returns the profile by which the end that connects sends. */
  LinkProfile up() {
    return new LinkProfile(latencyNs, upBitsPerSecond, jitterNs, lossRate);
  }

  /** Time that bytes take to leave. */
  public long transmissionNs(long bytes) {
    return bitsPerSecond == UNLIMITED
        ? 0
        : Math.round((double) bytes * Byte.SIZE * NANOS_PER_SECOND / bitsPerSecond);
  }

  /** Returns the same with another round-trip time. */
  public LinkProfile withRttNs(long rttNs) {
    return new LinkProfile(rttNs / 2, bitsPerSecond, upBitsPerSecond, jitterNs, lossRate);
  }

  /** Returns the same with another bandwidth; a separate bandwidth of the other direction stays. */
  public LinkProfile withBitsPerSecond(long bits) {
    long up = upBitsPerSecond == bitsPerSecond ? bits : upBitsPerSecond;
    return new LinkProfile(latencyNs, bits, up, jitterNs, lossRate);
  }

  /** Returns the same with another bandwidth from the end that connects. */
  public LinkProfile withUpBitsPerSecond(long bits) {
    return new LinkProfile(latencyNs, bitsPerSecond, bits, jitterNs, lossRate);
  }

  /** As the parser takes it. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("rtt=").append(Quantities.time(rttNs()));
    text.append(",bw=").append(Quantities.bandwidth(bitsPerSecond));
    if (upBitsPerSecond != bitsPerSecond) {
      text.append(",up=").append(Quantities.bandwidth(upBitsPerSecond));
    }
    if (jitterNs > 0) {
      text.append(",jitter=").append(Quantities.time(jitterNs));
    }
    if (lossRate > 0) {
      text.append(",loss=").append(lossRate);
    }
    return text.toString();
  }
}
