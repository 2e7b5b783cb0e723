// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.model;

/**
 * What one import may use, so that a small hostile file cannot ask for much: nodes after inlining,
 * elements of one tensor, and elements that are computed rather than read from the file.
 */
public final class ImportBudget {
  /** Nodes of the graph with all functions inlined. */
  public static final int MAX_NODES = 20_000;

  /** Functions within functions. */
  public static final int MAX_FUNCTION_DEPTH = 16;

  /** Elements of one activation tensor: 256 MiB of float. */
  public static final int MAX_TENSOR_ELEMENTS = 1 << 26;

  /** Elements that any model may compute, beside one for each byte of its file. */
  private static final long FREE_ELEMENTS = 1 << 22;

  private final long maxDerivedElements;
  private long derivedElementCount;

  /** A budget in proportion to the file: honest models compute no more than they bring. */
  public ImportBudget(long fileBytes) {
    this.maxDerivedElements = FREE_ELEMENTS + fileBytes;
  }

  /** Accounts for elements about to be computed. */
  public void charge(long elementCount, String where) {
    derivedElementCount += elementCount;
    if (elementCount < 0 || derivedElementCount > maxDerivedElements) {
      throw new ModelFormatException(
          where
              + ": constants computed in the graph hold more than "
              + maxDerivedElements
              + " elements; fold constants before export");
    }
  }
}
