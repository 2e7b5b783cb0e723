// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.canary;

/**
 * An input of a network of the fused suite and its answer under the integer semantics. Immutable if
 * the arrays are left alone.
 *
 * @param id its index in its set
 * @param input at the plan's input scale; not to be written
 * @param expected the right answer, at the plan's output scale; not to be written
 * @param toleranceUlps how far an element of an answer may be off and still be right, in units of
 *     the output's last place: activations round at random. 0 for networks without them
 */
public record Canary(int id, int[] input, int[] expected, int toleranceUlps) {
  /** No element is off. */
  private static final int NONE = -1;

  /** Checks the tolerance. */
  public Canary {
    if (toleranceUlps < 0) {
      throw new IllegalArgumentException("toleranceUlps must not be negative: " + toleranceUlps);
    }
  }

  /**
   * Returns whether an answer is right.
   *
   * @param received the words of the answer
   */
  public boolean isAnsweredBy(int[] received) {
    return received.length == expected.length && firstWrongElement(received) == NONE;
  }

  /**
   * Returns the index of the first element of an answer that is off by more than the tolerance; -1
   * if there is none.
   *
   * @param received as many words as {@link #expected}
   */
  public int firstWrongElement(int[] received) {
    for (int i = 0; i < expected.length; i++) {
      if (deviationUlps(expected[i], received[i]) > toleranceUlps) {
        return i;
      }
    }
    return NONE;
  }

  /** Returns the distance of two words in their ring. */
  static long deviationUlps(int expected, int received) {
    return Math.abs((long) (received - expected));
  }

  /** Prints the index, no value. */
  @Override
  public String toString() {
    return "Canary[id=" + id + "]";
  }
}
