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
  /** How long a stopping JVM leaves nodes to owners that have not registered. */
  private static final long OWNERS_GRACE_NS = 2_000_000_000L;

  /** How long the nodes that no owner closed may then take. */
  private static final long NODES_GRACE_NS = 2_000_000_000L;

  private final Set<AutoCloseable> nodes = new HashSet<>();
  private final Consumer<Exception> onFault;
  private final NodeOwners owners;
  private final long ownersGraceNs;

  /**
   * Creates an empty set.
   *
   * @param onFault told of what a node throws when it is closed, on any thread
   */
  AttachedNodes(Consumer<Exception> onFault) {
    this(onFault, NodeOwners.ofProcess(), OWNERS_GRACE_NS);
  }

  /** Creates an empty set that waits for other owners, and for another time. */
  AttachedNodes(Consumer<Exception> onFault, NodeOwners owners, long ownersGraceNs) {
    this.onFault = onFault;
    this.owners = owners;
    this.ownersGraceNs = ownersGraceNs;
  }

  synchronized void add(AutoCloseable node) {
    nodes.add(node);
  }

  synchronized void remove(AutoCloseable node) {
    nodes.remove(node);
    notifyAll();
  }

  /**
   * Waits until the owners have closed their nodes, and closes the nodes that are left: those of an
   * owner that has not registered after a time. The wait for a registered owner needs no bound,
   * because the JVM waits for its hook as well. Even if a node does not close, this returns a
   * bounded time after the registered owners have closed.
   */
  void closeWhatOwnersLeave() throws InterruptedException {
    long deadlineNs = System.nanoTime() + ownersGraceNs;
    owners.awaitNone();
    if (!awaitNone(deadlineNs - System.nanoTime())) {
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
