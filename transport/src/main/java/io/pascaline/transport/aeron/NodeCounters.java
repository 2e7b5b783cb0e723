// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameFault;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What happened on a node since it started. Readable from any thread. */
public final class NodeCounters {
  private final Map<FrameFault, LongAdder> faults = new EnumMap<>(FrameFault.class);
  private final LongAdder errors = new LongAdder();
  private final LongAdder opened = new LongAdder();
  private final LongAdder closed = new LongAdder();
  private final LongAdder suspended = new LongAdder();
  private final LongAdder resumed = new LongAdder();
  private final LongAdder resentMessages = new LongAdder();
  private volatile LongSupplier refusedDatagrams = () -> 0;

  NodeCounters() {
    for (FrameFault fault : FrameFault.values()) {
      faults.put(fault, new LongAdder());
    }
  }

  /** Streams given up for a fault of that kind in a frame of theirs. */
  public long faults(FrameFault fault) {
    return faults.get(fault).sum();
  }

  /** Streams given up for any fault in a frame of theirs. */
  public long faults() {
    return faults.values().stream().mapToLong(LongAdder::sum).sum();
  }

  /** Streams given up because their sender did not show that it is a peer. */
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

  /** Faults reported to the error handler: of the carrier, of a listener, of this program. */
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

  /** Times that such a link went on. */
  public long resumed() {
    return resumed.sum();
  }

  /** Messages that were sent as a whole and then again, because they were not acknowledged. */
  public long resentMessages() {
    return resentMessages.sum();
  }

  void onFault(FrameFault fault) {
    faults.get(fault).increment();
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
