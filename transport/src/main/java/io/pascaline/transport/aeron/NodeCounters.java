// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameFault;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What happened on a node since it started. Readable from any thread. */
public final class NodeCounters {
  private static final int MAX_STRANGERS = 8;

  private final Map<FrameFault, LongAdder> faults = new EnumMap<>(FrameFault.class);
  private final LongAdder errors = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder suspended = new LongAdder();
  private final LongAdder resumed = new LongAdder();
  private final LongAdder resentMessages = new LongAdder();
  private final Set<String> strangers = new LinkedHashSet<>();
  private volatile LongSupplier refusedDatagrams = () -> 0;

  NodeCounters() {
    for (FrameFault fault : FrameFault.values()) {
      faults.put(fault, new LongAdder());
    }
  }

  /** Streams refused for a fault of that kind in a frame of theirs. */
  public long faults(FrameFault fault) {
    return faults.get(fault).sum();
  }

  /** Streams refused for any fault in a frame of theirs. */
  public long faults() {
    return faults.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Streams refused because their sender did not show that it is pinned. */
  public long authenticationFailures() {
    return faults.keySet().stream()
        .filter(FrameFault::isOfAuthentication)
        .mapToLong(this::faults)
        .sum();
  }

  /**
   * Datagrams that did not become streams or frames, for what they say or for there being too many;
   * all nodes of one driver together, 0 with an external driver.
   */
  public long refusedDatagrams() {
    return refusedDatagrams.getAsLong();
  }

  void watchDatagrams(LongSupplier count) {
    refusedDatagrams = count;
  }

  /** Faults reported to the error handler: of Aeron, of a listener, of this program. */
  public long errors() {
    return errors.sum();
  }

  /** Links that opened. */
  public long opened() {
    return opened.sum();
  }

  /** Links that had opened and then closed. */
  public long closed() {
    return closed.sum();
  }

  /** Times that an open link lost its carrier and waited for another. */
  public long suspended() {
    return suspended.sum();
  }

  /** Times that such a link resumed. */
  public long resumed() {
    return resumed.sum();
  }

  /** Messages that were sent as a whole and then again, because they were not acknowledged. */
  public long resentMessages() {
    return resentMessages.sum();
  }

  /**
   * Returns what streams were refused for an unknown identity since the last call, each with the
   * identity that it claims and where it seems to come from; at most {@value #MAX_STRANGERS}, the
   * first ones.
   */
  public List<String> takeStrangers() {
    synchronized (strangers) {
      List<String> taken = List.copyOf(strangers);
      strangers.clear();
      return taken;
    }
  }

  void onFault(FrameFault fault, String detail, String source) {
    faults.get(fault).increment();
    if (fault == FrameFault.UNKNOWN_IDENTITY) {
      synchronized (strangers) {
        if (strangers.size() < MAX_STRANGERS) {
          strangers.add(detail + ", from " + source);
        }
      }
    }
  }

  void onError() {
    errors.increment();
  }

  void onOpened() {
    opened.increment();
  }

  void onClosed() {
    closed.increment();
  }

  void onSuspended() {
    suspended.increment();
  }

  void onResumed(int resent) {
    resumed.increment();
    resentMessages.add(resent);
  }
}
