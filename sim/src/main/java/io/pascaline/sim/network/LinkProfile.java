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

  private static void require(String name, boolean holds, Number value) {
    if (!holds) {
      throw new IllegalArgumentException(name + " is out of range: " + value);
    }
  }

  /** Returns a link that neither shakes nor loses. */
  public static LinkProfile of(long rttNs, long bitsPerSecond) {
    return new LinkProfile(rttNs / 2, bitsPerSecond, bitsPerSecond, 0, 0);
  }

  /** Returns a builder that has this profile. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /** Returns the round-trip time. */
  public long rttNs() {
    return 2 * latencyNs;
  }

  /** Returns the profile by which the end that connects sends. */
  LinkProfile up() {
    return toBuilder().bitsPerSecond(upBitsPerSecond).build();
  }

  /** Time that bytes take to leave. */
  public long transmissionNs(long bytes) {
    return bitsPerSecond == UNLIMITED
        ? 0
        : Math.round((double) bytes * Byte.SIZE * NANOS_PER_SECOND / bitsPerSecond);
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

  /** Builds a profile. Fluent; {@link #build} checks the values. Not thread-safe. */
  public static final class Builder {
    private long latencyNs;
    private long bitsPerSecond;
    private long upBitsPerSecond;
    private long jitterNs;
    private double lossRate;

    private Builder(LinkProfile profile) {
      latencyNs = profile.latencyNs;
      bitsPerSecond = profile.bitsPerSecond;
      upBitsPerSecond = profile.upBitsPerSecond;
      jitterNs = profile.jitterNs;
      lossRate = profile.lossRate;
    }

    /** Sets the round-trip time. */
    public Builder rttNs(long rttNs) {
      latencyNs = rttNs / 2;
      return this;
    }

    /** Sets the bandwidth; a separate bandwidth of the other direction stays. */
    public Builder bitsPerSecond(long bits) {
      upBitsPerSecond = upBitsPerSecond == bitsPerSecond ? bits : upBitsPerSecond;
      bitsPerSecond = bits;
      return this;
    }

    /** Sets the bandwidth from the end that connects. */
    public Builder upBitsPerSecond(long bits) {
      upBitsPerSecond = bits;
      return this;
    }

    /** Sets the random time by which messages are late at most. */
    public Builder jitterNs(long timeNs) {
      jitterNs = timeNs;
      return this;
    }

    /** Sets the probability that a packet is lost. */
    public Builder lossRate(double rate) {
      lossRate = rate;
      return this;
    }

    /**
     * Returns the profile.
     *
     * @throws IllegalArgumentException for a value that is out of range
     */
    public LinkProfile build() {
      return new LinkProfile(latencyNs, bitsPerSecond, upBitsPerSecond, jitterNs, lossRate);
    }
  }
}
