// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.share.WordShare;

/** Arithmetic of words modulo 2^32, in place. */
final class Words {
  private Words() {}

  /** Adds {@code addend}, of the same length, to {@code target}. */
  static void add(int[] target, int[] addend) {
    for (int i = 0; i < target.length; i++) {
      target[i] += addend[i];
    }
  }

  /**
   * Adds a bias to an output.
   *
   * @param biasOrNull one word for each channel; channels divide the output evenly
   */
  static void addBias(int[] output, int[] biasOrNull) {
    if (biasOrNull == null) {
      return;
    }
    int channelLength = output.length / biasOrNull.length;
    int at = 0;
    for (int word : biasOrNull) {
      for (int end = at + channelLength; at < end; at++) {
        output[at] += word;
      }
    }
  }

  /** Replaces every word by its negative. */
  static void negate(int[] words) {
    for (int i = 0; i < words.length; i++) {
      words[i] = -words[i];
    }
  }

  /** Returns a copy of a bias of one word for each channel, or null if there is none. */
  static int[] copyOfBias(WordShare biasOrNull, int channelCount) {
    if (biasOrNull == null) {
      return null;
    }
    requireLength("bias", biasOrNull.words().length, channelCount);
    return biasOrNull.words().clone();
  }

  static void requireLength(String name, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(name + " has " + actual + " words, expected " + expected);
    }
  }
}
