// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.linear.kernel.LinearKernels;

/**
 * The loops of a {@link FunctionBlock} over its elements. No secret word is in a branch, in an
 * index or in what a step takes. All kernels give the same bits: they use additions,
 * multiplications and roundings to an integer only, in the same order. Thread-safe.
 *
 * <p>Arrays of a block have {@link FunctionBlock#MAX_ELEMENTS} elements. A kernel may write to
 * their elements beyond {@code count}; to those of other arrays it does not.
 */
interface BlockKernel {
  /** Returns the fastest kernel that this JVM can run, as {@link LinearKernels#best()} chooses. */
  static BlockKernel best() {
    return LinearKernels.best() == LinearKernels.scalar()
        ? ScalarBlockKernel.INSTANCE
        : VectorBlockKernel.INSTANCE;
  }

  /**
   * Writes real numbers to an array of a block: {@code ((word & kept) ^ turned) - offset}, a signed
   * integer, times a unit.
   *
   * @param at where the words begin
   * @param kept bits of a word that are kept
   * @param turned bits of a word that are turned
   * @param unit a power of two
   */
  void read(
      int[] words, int at, int kept, int turned, int offset, double unit, double[] out, int count);

  /**
   * Writes the high words of sums of a block.
   *
   * @param at where the words begin
   */
  void truncate(long[] sums, int[] words, int at, int count);

  /**
   * Writes the encodings of numbers of a block times a scale; see {@link FixedPoint}.
   *
   * @param scale a power of two
   * @param max bounds the magnitude of all scaled numbers
   */
  void encode(double[] values, double scale, double max, long[] encoded, int count);

  /**
   * Replaces elements of planes by minuends of a block less them.
   *
   * @param low where the elements' low words begin
   * @param high where their high words begin
   */
  void subtractFrom(long[] minuends, int[] planes, int low, int high, int count);

  /**
   * Adds factors of a block times elements of planes to its sums.
   *
   * @param low where the elements' low words begin
   * @param high where their high words begin
   */
  void addProducts(long[] factors, int[] planes, int low, int high, long[] sums, int count);

  /**
   * Adds factors of a block times elements of one of two planes to its sums.
   *
   * @param choices words whose top bit selects the set plane if it is set, else the clear one
   * @param at where the choices begin
   * @param set where the low words of the set plane begin
   * @param clear where those of the clear plane begin
   * @param high words from a low word to its high word
   */
  void addSelected(
      long[] factors,
      int[] choices,
      int at,
      int[] planes,
      int set,
      int clear,
      int high,
      long[] sums,
      int count);
}
