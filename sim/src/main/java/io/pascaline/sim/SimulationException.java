package io.pascaline.sim;

/** A simulation that cannot go on. The message is one line: cause and remedy. */
public final class SimulationException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Names the cause and what to do about it. */
  public SimulationException(final String message) {
    super(message);
  }
}
