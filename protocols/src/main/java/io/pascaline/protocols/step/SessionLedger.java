// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import java.util.Arrays;

/**
 * Remembers which sessions a step has opened, so that no two correlations of one session, which
 * have the same masks, are ever both opened. A sliding window as in RFC 4303, section 3.4.3:
 * numbers that fell out of it count as used. Thread-safe.
 */
public final class SessionLedger {
  /** How far an inference may lag behind the newest one of its layer. */
  public static final int WINDOW = 4096;

  private final long[] used = new long[WINDOW / Long.SIZE];
  private long highest = -1;

  /**
   * Marks {@code session} as used.
   *
   * @throws IllegalStateException if it was used before, or is older than the window
   */
  public synchronized void use(SessionId session) {
    long number = session.number();
    if (number > highest) {
      if (number - highest >= WINDOW) {
        Arrays.fill(used, 0);
      } else {
        for (long skipped = highest + 1; skipped <= number; skipped++) {
          used[slot(skipped)] &= ~bit(skipped);
        }
      }
      highest = number;
    } else if (highest - number >= WINDOW) {
      throw new IllegalStateException("session " + session + " is too old to be opened");
    } else if ((used[slot(number)] & bit(number)) != 0) {
      throw new IllegalStateException("session " + session + " was opened before");
    }
    used[slot(number)] |= bit(number);
  }

  private static int slot(long number) {
    return (int) (number % WINDOW) / Long.SIZE;
  }

  private static long bit(long number) {
    return 1L << number;
  }
}
