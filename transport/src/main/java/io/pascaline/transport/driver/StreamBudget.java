// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * How many new streams an address takes, before anybody knows whose they are: a burst at once and
 * then a rate per second, for each source and for all together. What is remembered is bounded.
 * Single-threaded.
 *
 * <p>Images of a stream that falls silent live for ten seconds, so one source holds at most {@code
 * SOURCE_BURST + 10 * SOURCE_PER_SECOND} of them.
 */
final class StreamBudget {
  static final int SOURCE_BURST = 128;
  static final int SOURCE_PER_SECOND = 16;
  static final int BURST = 256;
  static final int PER_SECOND = 256;

  private static final int MAX_SOURCES = 1_024;
  private static final int MAX_SESSIONS = 4_096;
  private static final double SECOND_NS = 1e9;

  private static final class Bucket {
    private final int burst;
    private final int perSecond;
    private double tokens;
    private long sinceNs;

    Bucket(int burst, int perSecond, long nowNs) {
      this.burst = burst;
      this.perSecond = perSecond;
      this.tokens = burst;
      this.sinceNs = nowNs;
    }

    boolean has(long nowNs) {
      tokens = Math.min(burst, tokens + (nowNs - sinceNs) * perSecond / SECOND_NS);
      sinceNs = nowNs;
      return tokens >= 1;
    }
  }

  private record Session(InetAddress source, int sessionId) {}

  private final Map<InetAddress, Bucket> sources = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Session> known = new LinkedHashSet<>();
  private Bucket all;

  /** Returns whether a source may begin a stream, or repeat the setup of one that it has begun. */
  boolean takes(InetAddress source, int sessionId, long nowNs) {
    Session session = new Session(source, sessionId);
    if (known.contains(session)) {
      return true;
    }
    if (all == null) {
      all = new Bucket(BURST, PER_SECOND, nowNs);
    }
    Bucket own =
        sources.computeIfAbsent(
            source, unseen -> new Bucket(SOURCE_BURST, SOURCE_PER_SECOND, nowNs));
    if (sources.size() > MAX_SOURCES) {
      sources.remove(sources.keySet().iterator().next());
    }
    if (!own.has(nowNs) || !all.has(nowNs)) {
      return false;
    }
    own.tokens--;
    all.tokens--;
    if (known.size() == MAX_SESSIONS) {
      known.remove(known.iterator().next());
    }
    known.add(session);
    return true;
  }
}
