package io.pascaline.actors.metrics;

/** Where the durations of one role go; nowhere until somebody listens. Thread-safe. */
public final class LatencyTap {
  private volatile Latencies listener = Latencies.NONE;

  /** Somebody listens from now on, instead of whoever did. */
  public void listen(final Latencies latencies) {
    listener = latencies;
  }

  /** Who listens. */
  public Latencies listener() {
    return listener;
  }
}
