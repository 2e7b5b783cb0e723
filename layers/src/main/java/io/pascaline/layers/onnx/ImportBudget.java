package io.pascaline.layers.onnx;

/**
 * What one import may use, so that a small hostile file cannot ask for much: nodes after inlining,
 * elements of one tensor, and elements that are computed rather than read from the file.
 */
final class ImportBudget {
  /** Nodes of the graph with all functions inlined. */
  static final int MAX_NODES = 20_000;

  /** Functions within functions. */
  static final int MAX_FUNCTION_DEPTH = 16;

  /** Elements of one activation tensor: 256 MiB of float. */
  static final int MAX_TENSOR_ELEMENTS = 1 << 26;

  /** Elements made by folding constants and by filling in per-channel numbers, in all. */
  private static final long MAX_DERIVED_ELEMENTS = 1L << 27;

  private long derivedElementCount;

  /** Accounts for elements about to be computed. */
  void charge(long elementCount, String where) {
    derivedElementCount += elementCount;
    if (elementCount < 0 || derivedElementCount > MAX_DERIVED_ELEMENTS) {
      throw new ModelFormatException(
          where
              + ": constants computed in the graph hold more than "
              + MAX_DERIVED_ELEMENTS
              + " elements; fold constants before export (onnxsim)");
    }
  }
}
