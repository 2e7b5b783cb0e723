// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/** Splits element-wise work into parts of one size, whatever the number of threads. */
public final class ElementParts {
  private static final int PART_ELEMENTS = 1 << 13;

  private ElementParts() {}

  /** Work on the elements from {@code from} up to, not including, {@code to}. */
  @FunctionalInterface
  public interface Part {
    /** Works on one range. */
    void run(int from, int to);
  }

  /** Runs {@code part} on ranges that cover {@code elementCount} elements, each once. */
  public static void run(int elementCount, WorkSplitter splitter, Part part) {
    if (elementCount <= PART_ELEMENTS) {
      part.run(0, elementCount);
      return;
    }
    splitter.run(
        (elementCount - 1) / PART_ELEMENTS + 1,
        index -> {
          int from = index * PART_ELEMENTS;
          part.run(from, from + Math.min(PART_ELEMENTS, elementCount - from));
        });
  }
}
