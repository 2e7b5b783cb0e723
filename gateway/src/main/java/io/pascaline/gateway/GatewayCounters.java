// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/**
 * What a gateway counts of the requests that it answers. Requests that are no HTTP, or whose heads
 * are too large, end before they are counted. Thread-safe.
 */
public final class GatewayCounters {
  private static final int MIN_STATUS = 100;
  private static final int MAX_STATUS = 599;

  /** What was asked for. */
  public enum Kind {
    /** An inference. */
    INFER,
    /** Which models and cells there are, and what a client must know of one. */
    DESCRIPTION,
    /** Whether the gateway answers, and whether inferences can succeed. */
    HEALTH,
    /** The page and its files. */
    PAGE,
    /** Anything else, such as what there is not. */
    OTHER
  }

  /** Told how long each answer took. */
  public interface Listener {
    /**
     * A request was answered.
     *
     * @param kind what was asked for
     * @param durationNs from its head to its answer
     */
    void answered(Kind kind, long durationNs);
  }

  private final Map<Kind, AtomicLongArray> byStatus = new EnumMap<>(Kind.class);
  private final LongAdder inFlight = new LongAdder();
  private volatile Listener listener = (kind, durationNs) -> {};

  GatewayCounters() {
    for (Kind kind : Kind.values()) {
      byStatus.put(kind, new AtomicLongArray(MAX_STATUS - MIN_STATUS + 1));
    }
  }

  static Kind kindOf(List<Endpoint> endpoints) {
    if (endpoints.isEmpty()) {
      return Kind.OTHER;
    }
    return switch (endpoints.get(0)) {
      case INFER -> Kind.INFER;
      case GATEWAY, MODELS, MODEL, PLAN, ASSIGN, CELLS, OPENAPI -> Kind.DESCRIPTION;
      case LIVE, READY -> Kind.HEALTH;
      case PAGE, CLIENT_SCRIPT, PAGE_SCRIPT, PAGE_STYLE, SAMPLE -> Kind.PAGE;
    };
  }

  void asked() {
    inFlight.increment();
  }

  void answered(Kind kind, int status, long durationNs) {
    inFlight.decrement();
    byStatus.get(kind).incrementAndGet(status - MIN_STATUS);
    listener.answered(kind, durationNs);
  }

  /**
   * Sets who is told of each answer, on the thread that answers; the last one set is.
   *
   * @param told returns soon and throws nothing
   */
  public void listen(Listener told) {
    listener = told;
  }

  /** Gauge: requests that are being answered. */
  public long inFlight() {
    return inFlight.sum();
  }

  /**
   * Returns how many requests of a kind were answered with a status.
   *
   * @param status an HTTP status, 100 to 599
   * @throws IllegalArgumentException for any other
   */
  public long answered(Kind kind, int status) {
    if (status < MIN_STATUS || status > MAX_STATUS) {
      throw new IllegalArgumentException("status must be 100 to 599: " + status);
    }
    return byStatus.get(kind).get(status - MIN_STATUS);
  }
}
