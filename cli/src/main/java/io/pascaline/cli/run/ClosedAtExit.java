// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.actors.text.OneLine;

/**
 * A service that is closed once: by its user, or when the JVM is told to stop before that. Its
 * media driver's files lie in memory and would outlive the process otherwise. Thread-safe.
 *
 * @param <S> kind of service
 */
public final class ClosedAtExit<S extends AutoCloseable> implements AutoCloseable {
  private final S service;
  private final Runnable farewell;
  private final Thread hook = new Thread(this::closeOnce, "shutdown");
  private boolean closed;

  private ClosedAtExit(S service, Runnable farewell) {
    this.service = service;
    this.farewell = farewell;
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
    ClosedAtExit<S> closing = new ClosedAtExit<>(service, farewell);
    Runtime.getRuntime().addShutdownHook(closing.hook);
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
    }
  }
}
