package io.pascaline.cli.command;

import io.pascaline.actors.InferenceService;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A service that is closed once: by its user, or when the JVM is told to stop before that. Its
 * media driver's files lie in memory and would outlive the process otherwise. Thread-safe.
 */
final class ClosedAtExit implements AutoCloseable {
  private final InferenceService service;
  private final AtomicBoolean closed = new AtomicBoolean();
  private final Thread hook = new Thread(this::closeOnce, "shutdown");

  private ClosedAtExit(InferenceService service) {
    this.service = service;
  }

  static ClosedAtExit of(InferenceService service) {
    ClosedAtExit closing = new ClosedAtExit(service);
    Runtime.getRuntime().addShutdownHook(closing.hook);
    return closing;
  }

  InferenceService service() {
    return service;
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The JVM is stopping and the hook is at work: whoever comes first closes.
      closeOnce();
      return;
    }
    closeOnce();
  }

  private void closeOnce() {
    if (closed.compareAndSet(false, true)) {
      service.close();
    }
  }
}
