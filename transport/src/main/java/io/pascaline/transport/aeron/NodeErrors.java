// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.exceptions.AeronException;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.AeronFaults;
import java.lang.System.Logger;
import org.agrona.ErrorHandler;
import org.agrona.concurrent.AgentTerminationException;

/** Where a node's faults go that no caller sees: counted, then to the given handler or the log. */
final class NodeErrors implements ErrorHandler {
  private static final Logger LOGGER = System.getLogger("io.pascaline.transport");

  private final String name;
  private final ErrorHandler delegate;
  private volatile NodeCounters counters;
  private volatile Throwable last;

  NodeErrors(String name, ErrorHandler delegateOrNull) {
    this.name = name;
    this.delegate = delegateOrNull;
  }

  void countInto(NodeCounters nodeCounters) {
    counters = nodeCounters;
  }

  /** Returns the latest fault, or null. */
  Throwable last() {
    return last;
  }

  /**
   * Counts a stream that was refused.
   *
   * @param detail what was seen
   * @param source where it seems to come from
   */
  void onFault(FrameFault fault, String detail, String source) {
    counters.onFault(fault, detail, source);
  }

  @Override
  public void onError(Throwable fault) {
    if (fault instanceof AgentTerminationException) {
      // How an agent ends itself, after it has said why.
      return;
    }
    last = fault;
    NodeCounters target = counters;
    if (target != null) {
      target.onError();
    }
    if (delegate == null && fault instanceof AeronException) {
      // What Aeron met at this machine or its network, and no defect: a trace says nothing more.
      LOGGER.log(
          Logger.Level.WARNING, () -> "transport of " + name + ": " + AeronFaults.cause(fault));
      LOGGER.log(Logger.Level.DEBUG, () -> "transport of " + name, fault);
    } else if (delegate == null) {
      LOGGER.log(Logger.Level.WARNING, () -> "transport of " + name, fault);
    } else {
      delegate.onError(fault);
    }
  }
}
