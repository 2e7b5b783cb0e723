// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkHeaderTest {
  private static final int CHUNK_WORDS = 5;

  @Test
  void shouldBeContinuedByTheNextChunkOfTheTensor() {
    assertTrue(afterOneChunk().isContinuedBy(header(1, 2, 3, 4, 1, CHUNK_WORDS, 20)));
  }

  /** Each number of the header counts. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6})
  void shouldNotBeContinuedByAnother(int different) {
    long[] numbers = {1, 2, 3, 4, 1, CHUNK_WORDS, 20};
    numbers[different]++;

    assertFalse(afterOneChunk().isContinuedBy(header(numbers)));
  }

  private static ChunkHeader afterOneChunk() {
    ChunkHeader arrived = new ChunkHeader();
    arrived.copyFrom(header(1, 2, 3, 4, 0, 0, 20));
    arrived.advance(CHUNK_WORDS);
    return arrived;
  }

  private static ChunkHeader header(long... numbers) {
    ChunkHeader header = new ChunkHeader();
    header.setTensor((int) numbers[0], numbers[1], numbers[2], numbers[3]);
    header.setPosition(numbers[4], numbers[5], numbers[6]);
    return header;
  }
}
