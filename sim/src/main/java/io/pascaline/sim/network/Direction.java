// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import io.pascaline.sim.time.VirtualTime;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;

/** When bytes arrive that are sent one way over one link. For the simulation's thread. */
final class Direction {
  private final VirtualTime time;
  private final LinkProfile profile;
  private final List<Outage> outages;
  private final SplittableRandom random;
  private final Deque<Departure> queue = new ArrayDeque<>();
  private long busyUntilNs;
  private long lastArrivalNs;
  private long queuedBytes;

  /** When something left and when it arrives. */
  record Passage(long leftNs, long arrivalNs) {}

  private record Departure(long bytes, long leftNs) {}

  Direction(VirtualTime time, LinkProfile profile, List<Outage> outages, SplittableRandom random) {
    this.time = time;
    this.profile = profile;
    this.outages = outages;
    this.random = random;
  }

  /**
   * Returns the bytes that were taken and have not left. An outage adds none: a link that is silent
   * holds what was sent meanwhile and no more.
   */
  long queuedBytes() {
    long nowNs = time.nowNs();
    while (!queue.isEmpty() && queue.peek().leftNs() <= nowNs) {
      queuedBytes -= queue.poll().bytes();
    }
    return queue.isEmpty() ? 0 : queuedBytes - departedBytes(queue.peek(), nowNs);
  }

  /** Returns how much of the first message has left: nothing before its transmission begins. */
  private long departedBytes(Departure first, long nowNs) {
    long transmissionNs = profile.transmissionNs(first.bytes());
    long leftToSendNs = first.leftNs() - nowNs;
    return leftToSendNs >= transmissionNs
        ? 0
        : first.bytes() - (long) ((double) first.bytes() * leftToSendNs / transmissionNs);
  }

  /** Returns when what was taken has left. */
  long freeNs() {
    return Math.max(time.nowNs(), busyUntilNs);
  }

  /** Takes bytes; null if they never arrive. */
  Passage send(long bytes) {
    long startNs = Math.max(time.nowNs(), busyUntilNs);
    long leftNs = startNs + profile.transmissionNs(bytes);
    long arrivalNs = leftNs + profile.latencyNs() + retransmissionsNs(bytes) + jitterNs();
    for (Outage outage : outages) {
      if (startNs < outage.untilNs() && arrivalNs > outage.fromNs()) {
        if (outage.untilNs() == Outage.FOREVER) {
          return null;
        }
        // Nothing gets through before the end; then it is sent again.
        leftNs = Math.max(leftNs, outage.untilNs() + profile.transmissionNs(bytes));
        arrivalNs = Math.max(arrivalNs, leftNs + profile.latencyNs());
      }
    }
    busyUntilNs = leftNs;
    queue.add(new Departure(bytes, leftNs));
    queuedBytes += bytes;
    lastArrivalNs = Math.max(lastArrivalNs, arrivalNs);
    return new Passage(leftNs, lastArrivalNs);
  }

  private long jitterNs() {
    return profile.jitterNs() == 0 ? 0 : random.nextLong(profile.jitterNs());
  }

  /**
   * Returns the delay by lost packets. A lost packet is missed at once, asked for and sent again:
   * one round trip each time.
   */
  private long retransmissionsNs(long bytes) {
    if (profile.lossRate() == 0) {
      return 0;
    }
    long delayNs = 0;
    long packets = (bytes + LinkProfile.PACKET_BYTES - 1) / LinkProfile.PACKET_BYTES;
    while (packets > 0) {
      long lost = 0;
      for (long packet = 0; packet < packets; packet++) {
        if (random.nextDouble() < profile.lossRate()) {
          lost++;
        }
      }
      if (lost > 0) {
        delayNs += profile.rttNs() + profile.transmissionNs(lost * LinkProfile.PACKET_BYTES);
      }
      packets = lost;
    }
    return delayNs;
  }
}
