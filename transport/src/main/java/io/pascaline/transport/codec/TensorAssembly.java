// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import org.agrona.DirectBuffer;

/**
 * Puts the chunks of one tensor together; at most one tensor of a stream is in flight. What a first
 * chunk says of the total is only a claim, so memory is taken as words arrive, unless the sender is
 * trusted so far or an array of that length is there already.
 */
final class TensorAssembly {
  /** Taken at the first chunk at most, beyond what the chunk holds; most tensors fit. */
  static final int FIRST_WORDS = 1 << 16;

  private final WordArrays arrays;
  private int maxWords;
  private boolean isTotalTrusted;

  /** The tensor in flight, at the position behind what has arrived. */
  private final ChunkHeader arrived = new ChunkHeader();

  private int[] words;

  TensorAssembly(int maxWords, WordArrays arrays) {
    this.maxWords = maxWords;
    this.arrays = arrays;
  }

  /** Takes a tensor's memory at its first chunk from now on. */
  void trustTotal() {
    isTotalTrusted = true;
  }

  void takeAtMost(int max) {
    maxWords = max;
  }

  boolean isInFlight() {
    return words != null;
  }

  /** Words of memory that the tensor in flight takes. */
  int heldWords() {
    return words == null ? 0 : words.length;
  }

  /** Words of the tensor in flight that have arrived. */
  int filledWords() {
    return words == null ? 0 : (int) arrived.offsetWords();
  }

  /** Chunks that they came in. */
  int filledChunks() {
    return words == null ? 0 : (int) arrived.index();
  }

  /** Forgets the tensor in flight. */
  void drop() {
    words = null;
  }

  /**
   * Takes a chunk whose bytes lie at offset.
   *
   * @param chunk its header; not kept
   * @param wordCount of the chunk
   * @return the tensor's words if this was the last chunk, or null
   */
  int[] onChunk(ChunkHeader chunk, DirectBuffer buffer, int offset, int wordCount)
      throws MalformedFrame {
    if (words == null) {
      begin(chunk, wordCount);
    } else if (!arrived.isContinuedBy(chunk)) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_ORDER,
          "chunk "
              + chunk.index()
              + " at word "
              + chunk.offsetWords()
              + " of "
              + chunk.totalWords()
              + " follows chunk "
              + (arrived.index() - 1)
              + " up to word "
              + arrived.offsetWords()
              + " of "
              + arrived.totalWords());
    }
    // begin() has checked that the total is an array's length.
    int totalWords = (int) arrived.totalWords();
    int filledWords = (int) arrived.offsetWords();
    if (wordCount > totalWords - filledWords || (wordCount == 0 && totalWords > 0)) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH,
          "chunk of " + wordCount + " words at word " + filledWords + " of " + totalWords);
    }
    makeRoom(filledWords, filledWords + wordCount);
    Tensors.get(buffer, offset, words, filledWords, wordCount);
    arrived.advance(wordCount);
    if (arrived.offsetWords() < totalWords) {
      return null;
    }
    int[] whole = words;
    words = null;
    return whole;
  }

  private void begin(ChunkHeader chunk, int wordCount) throws MalformedFrame {
    if (chunk.index() != 0 || chunk.offsetWords() != 0) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_ORDER,
          "chunk " + chunk.index() + " at word " + chunk.offsetWords() + " comes first");
    }
    long announcedWords = chunk.totalWords();
    if (announcedWords > maxWords) {
      throw new MalformedFrame(
          FrameFault.OVERSIZED, "tensor of " + announcedWords + " words, more than " + maxWords);
    }
    if (wordCount > announcedWords) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH,
          "chunk of " + wordCount + " words in a tensor of " + announcedWords);
    }
    arrived.copyFrom(chunk);
    int totalWords = (int) announcedWords;
    words = arrays.takeOrNull(totalWords);
    if (words == null) {
      words =
          allocate(
              isTotalTrusted ? totalWords : Math.min(totalWords, Math.max(wordCount, FIRST_WORDS)));
    }
  }

  /** Doubles the room, but never beyond the total, so that the last array is the tensor's own. */
  private void makeRoom(int filledWords, int neededWords) throws MalformedFrame {
    if (neededWords <= words.length) {
      return;
    }
    long doubled = Math.max(neededWords, 2L * words.length);
    int[] grown = allocate((int) Math.min(arrived.totalWords(), doubled));
    System.arraycopy(words, 0, grown, 0, filledWords);
    words = grown;
  }

  private int[] allocate(int count) throws MalformedFrame {
    try {
      return new int[count];
    } catch (OutOfMemoryError e) {
      throw new MalformedFrame(
          FrameFault.OVERSIZED, "no memory for a tensor of " + arrived.totalWords() + " words");
    }
  }
}
