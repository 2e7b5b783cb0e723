// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.closing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * What somebody owns, in the order in which it was acquired. It closes in the reverse order, and
 * each part closes although another one fails to: the others still have threads, sockets and locks.
 * Thread-safe; whoever closes second waits for the first.
 */
public final class Parts implements AutoCloseable {
  private final Deque<AutoCloseable> parts = new ArrayDeque<>();
  private boolean isClosed;

  /** Owns nothing yet. */
  public Parts() {}

  /**
   * Owns a part, too. Once all were told to close, it closes at once: nobody else would close it.
   *
   * @param <T> kind of part
   * @param part closed before those that are owned already
   * @return the part
   */
  public synchronized <T extends AutoCloseable> T own(T part) {
    parts.push(part);
    if (isClosed) {
      close();
    }
    return part;
  }

  /**
   * Does what may be refused, and closes all parts if it is.
   *
   * @param <T> kind of result
   * @param step what to do
   * @return its result
   */
  public <T> T orClose(Supplier<T> step) {
    try {
      return step.get();
    } catch (RuntimeException | Error refused) {
      closeAfter(refused);
      throw refused;
    }
  }

  /**
   * Closes all parts after a step was refused, which is what the caller throws.
   *
   * @param refused suppresses what parts throw that fail to close
   */
  public void closeAfter(Throwable refused) {
    try {
      close();
    } catch (RuntimeException | Error badly) {
      if (badly != refused) {
        refused.addSuppressed(badly);
      }
    }
  }

  /**
   * Closes all parts. Throws what the first one throws that fails to close; what others throw is
   * suppressed by it.
   *
   * @throws IllegalStateException in place of a checked exception
   */
  @Override
  public synchronized void close() {
    isClosed = true;
    Throwable first = null;
    while (!parts.isEmpty()) {
      try {
        parts.pop().close();
      } catch (Exception | Error badly) {
        if (first == null) {
          first = badly;
        } else if (first != badly) {
          first.addSuppressed(badly);
        }
      }
    }
    if (first instanceof Error error) {
      throw error;
    }
    if (first instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (first != null) {
      throw new IllegalStateException("a part does not close: " + first.getMessage(), first);
    }
  }
}
