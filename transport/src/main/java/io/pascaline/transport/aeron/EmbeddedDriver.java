package io.pascaline.transport.aeron;

/**
 * A media driver in this JVM, in a directory of its own that is deleted on close. Several nodes may
 * share one; close it after them. Thread-safe.
 */
public final class EmbeddedDriver implements AutoCloseable {
  private EmbeddedDriver() {}

  /** Launches a driver that idles by {@link IdleMode#BACKOFF}. */
  public static EmbeddedDriver launch() {
    return launch(IdleMode.BACKOFF);
  }

  /**
   * Launches a driver.
   *
   * @throws io.pascaline.transport.link.TransportException if its directory cannot be made
   */
  public static EmbeddedDriver launch(IdleMode idleMode) {
    return new EmbeddedDriver();
  }

  /** Directory that other processes on this machine can name as {@code aeronDirectory}. */
  public String directory() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void close() {}
}
