// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The nodes that use a media driver and must close before it. Thread-safe. */
final class AttachedNodes {
  /** How long a stopping JVM leaves it to the nodes' owners to close them. */
  private static final long OWNERS_GRACE_NS = 2_000_000_000L;

  /** How long the nodes that no owner closed may then take. */
  private static final long NODES_GRACE_NS = 2_000_000_000L;

  private final Set<AutoCloseable> nodes = new HashSet<>();
  private final Consumer<Exception> onFault;

  /**
   * Creates an empty set.
   *
   * @param onFault told of what a node throws when it is closed, on any thread
   */
  AttachedNodes(Consumer<Exception> onFault) {
    this.onFault = onFault;
  }

  synchronized void add(AutoCloseable node) {
    nodes.add(node);
  }

  synchronized void remove(AutoCloseable node) {
    nodes.remove(node);
    notifyAll();
  }

  /**
   * Waits until the owners have closed their nodes, and closes the nodes that are left after a
   * time. Returns after a bounded time, even if a node does not close.
   */
  void closeWhatOwnersLeave() throws InterruptedException {
    if (!awaitNone(OWNERS_GRACE_NS)) {
      for (AutoCloseable node : copy()) {
        Thread closing = new Thread(() -> close(node), "pascaline-node-shutdown");
        closing.setDaemon(true);
        closing.start();
      }
      awaitNone(NODES_GRACE_NS);
    }
  }

  private synchronized List<AutoCloseable> copy() {
    return List.copyOf(nodes);
  }

  private synchronized boolean awaitNone(long timeoutNs) throws InterruptedException {
    long deadlineNs = System.nanoTime() + timeoutNs;
    long leftNs = timeoutNs;
    while (!nodes.isEmpty() && leftNs > 0) {
      TimeUnit.NANOSECONDS.timedWait(this, leftNs);
      leftNs = deadlineNs - System.nanoTime();
    }
    return nodes.isEmpty();
  }

  private void close(AutoCloseable node) {
    try {
      node.close();
    } catch (Exception e) {
      onFault.accept(e);
    }
  }
}
