// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

/**
 * Those who close their nodes by a shutdown hook of their own. The JVM runs all hooks at the same
 * time, so the hooks of media drivers wait for them: an owner may first let requests finish, for
 * longer than a driver would leave nodes to whoever has not registered. Thread-safe.
 */
public final class NodeOwners {
  private static final NodeOwners OF_PROCESS = new NodeOwners();

  private int open;

  /** Creates a set without owners. Media drivers ask that of {@link #ofProcess} only. */
  public NodeOwners() {}

  /** Returns the owners that the media drivers of this JVM wait for. */
  public static NodeOwners ofProcess() {
    return OF_PROCESS;
  }

  /**
   * Adds an owner, before it adds its shutdown hook. It must close its registration in any case:
   * the JVM does not end before.
   */
  public Registration register() {
    synchronized (this) {
      open++;
    }
    return new Registration();
  }

  /** Waits until no owner is registered. */
  public synchronized void awaitNone() throws InterruptedException {
    while (open > 0) {
      wait();
    }
  }

  private synchronized void end(Registration registration) {
    if (!registration.ended) {
      registration.ended = true;
      open--;
      notifyAll();
    }
  }

  /** One owner's. Thread-safe. */
  public final class Registration implements AutoCloseable {
    private boolean ended;

    private Registration() {}

    /** Says that the owner has closed its nodes, or has none. Idempotent. */
    @Override
    public void close() {
      end(this);
    }
  }
}
