// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

/**
 * Weights of a matrix {@code [outputCount, 2 * pairCount]} in the order of {@link PairBlocks}:
 * blocks of two vectors of outputs, the last of one vector if that is enough; missing outputs are
 * zero.
 */
final class PairWeights {
  private static final int LANES = PairBlocks.LANES;

  private PairWeights() {}

  /** Blocks for this many outputs. */
  static int blockCount(int outputCount) {
    return (outputCount + 2 * LANES - 1) / (2 * LANES);
  }

  /** Vectors in a block: 1 or 2. */
  static int vectors(int outputCount, int block) {
    return outputCount - block * 2 * LANES > LANES ? 2 : 1;
  }

  /** Words of all blocks before this one. */
  static long blockAt(int block, int pairCount) {
    return (long) block * 2 * LANES * (2L * pairCount + 1);
  }

  /** Words of all blocks. */
  static long words(int outputCount, int pairCount) {
    int last = blockCount(outputCount) - 1;
    return blockAt(last, pairCount)
        + (long) vectors(outputCount, last) * LANES * (2L * pairCount + 1);
  }

  /** Reads one weight of the matrix being packed. */
  interface Source {
    int weight(int output, int pair, int half);
  }

  /** Writes all blocks from {@code at}. */
  static void pack(int outputCount, int pairCount, Source source, int[] packed, int at) {
    for (int block = 0; block < blockCount(outputCount); block++) {
      int width = vectors(outputCount, block) * LANES;
      int blockAt = at + (int) blockAt(block, pairCount);
      for (int lane = 0; lane < width; lane++) {
        int output = block * 2 * LANES + lane;
        int xi = 0;
        for (int pair = 0; pair < pairCount && output < outputCount; pair++) {
          int first = source.weight(output, pair, 0);
          int second = source.weight(output, pair, 1);
          packed[blockAt + 2 * pair * width + lane] = first;
          packed[blockAt + (2 * pair + 1) * width + lane] = second;
          xi -= first * second;
        }
        packed[blockAt + 2 * pairCount * width + lane] = xi;
      }
    }
  }
}
