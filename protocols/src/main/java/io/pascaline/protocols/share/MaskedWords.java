// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import java.util.Objects;

/**
 * A tensor of words under a mask: one party's share of an opening, which the peer may see. {@link
 * #toString} prints the length only.
 *
 * <p>Holds the array it is made of. A step that hands one out keeps no reference to its array; a
 * step that is handed one reads it and does not write it.
 */
public final class MaskedWords {
  private final int[] words;

  private MaskedWords(int[] words) {
    this.words = words;
  }

  /** Returns the masked tensor made of {@code words}, which it takes over. */
  public static MaskedWords of(int[] words) {
    return new MaskedWords(Objects.requireNonNull(words, "words"));
  }

  /** Returns the array itself, not a copy. */
  public int[] words() {
    return words;
  }

  @Override
  public String toString() {
    return "MaskedWords[" + words.length + "]";
  }
}
