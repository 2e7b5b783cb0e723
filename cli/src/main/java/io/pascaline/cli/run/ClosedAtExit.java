// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.actors.text.OneLine;
import io.pascaline.transport.driver.NodeOwners;

/**
 * A service that is closed once: by its user, or when the JVM is told to stop before that. Its
 * media driver's files lie in memory and would outlive the process otherwise. Media drivers leave
 * its nodes open until it has closed them, however long its requests take to finish. Thread-safe.
 *
 * @param <S> kind of service
 */
public final class ClosedAtExit<S extends AutoCloseable> implements AutoCloseable {
  private final S service;
  private final Runnable farewell;
  private final NodeOwners.Registration registration;
  private final Thread hook = new Thread(this::closeOnce, "shutdown");
  private boolean closed;

  private ClosedAtExit(S service, Runnable farewell, NodeOwners.Registration registration) {
    this.service = service;
    this.farewell = farewell;
    this.registration = registration;
  }

  /**
   * Sees to it that a service is closed.
   *
   * @param <S> kind of service
   * @param service what to close
   * @param farewell run before that
   * @return the service and its guard
   */
  public static <S extends AutoCloseable> ClosedAtExit<S> of(S service, Runnable farewell) {
    return of(service, farewell, NodeOwners.ofProcess());
  }

  /** Sees to it that a service is closed, as one of other owners. */
  static <S extends AutoCloseable> ClosedAtExit<S> of(
      S service, Runnable farewell, NodeOwners owners) {
    ClosedAtExit<S> closing = new ClosedAtExit<>(service, farewell, owners.register());
    try {
      Runtime.getRuntime().addShutdownHook(closing.hook);
    } catch (IllegalStateException stopping) {
      // Drivers would wait for a hook that does not run.
      closing.registration.close();
      throw stopping;
    }
    return closing;
  }

  /**
   * Returns the service, while it is not closed.
   *
   * @return the service
   */
  public S service() {
    return service;
  }

  /** Closes the service, with the guard still up: the JVM may be told to stop meanwhile. */
  @Override
  public void close() {
    closeOnce();
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is stopping: the hook has found the service closed, or will.
    }
  }

  /** Whoever comes second waits: the JVM ends with its hooks, and the first would not finish. */
  private synchronized void closeOnce() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      farewell.run();
    } finally {
      closeService();
    }
  }

  private void closeService() {
    try {
      service.close();
    } catch (Exception e) {
      System.err.println("pascaline: closing failed: " + OneLine.of(e.getMessage()));
    } finally {
      registration.close();
    }
  }
}
