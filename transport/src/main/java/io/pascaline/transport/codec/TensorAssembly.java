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
  private int templateId;
  private long high;
  private long low;
  private long detail;
  private int[] words;
  private int totalWords;
  private int filledWords;
  private int nextIndex;

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
    return words == null ? 0 : filledWords;
  }

  /** Chunks that they came in. */
  int filledChunks() {
    return words == null ? 0 : nextIndex;
  }

  /** Forgets the tensor in flight. */
  void drop() {
    words = null;
  }

  /**
   * Takes a chunk whose bytes lie at offset.
   *
   * @return the tensor's words if this was the last chunk, or null
   */
  int[] onChunk(
      int template,
      long identityHigh,
      long identityLow,
      long identityDetail,
      long index,
      long offsetWords,
      long announcedWords,
      DirectBuffer buffer,
      int offset,
      int count)
      throws MalformedFrame {
    if (words == null) {
      begin(index, offsetWords, announcedWords, count);
      templateId = template;
      high = identityHigh;
      low = identityLow;
      detail = identityDetail;
    } else if (template != templateId
        || identityHigh != high
        || identityLow != low
        || identityDetail != detail
        || announcedWords != totalWords
        || index != nextIndex
        || offsetWords != filledWords) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_ORDER,
          "chunk "
              + index
              + " at word "
              + offsetWords
              + " of "
              + announcedWords
              + " follows chunk "
              + (nextIndex - 1)
              + " up to word "
              + filledWords
              + " of "
              + totalWords);
    }
    if (count > totalWords - filledWords || (count == 0 && totalWords > 0)) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH,
          "chunk of " + count + " words at word " + filledWords + " of " + totalWords);
    }
    makeRoom(filledWords + count);
    Tensors.get(buffer, offset, words, filledWords, count);
    filledWords += count;
    nextIndex++;
    if (filledWords < totalWords) {
      return null;
    }
    int[] whole = words;
    words = null;
    return whole;
  }

  private void begin(long index, long offsetWords, long announcedWords, int count)
      throws MalformedFrame {
    if (index != 0 || offsetWords != 0) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_ORDER, "chunk " + index + " at word " + offsetWords + " comes first");
    }
    if (announcedWords > maxWords) {
      throw new MalformedFrame(
          FrameFault.OVERSIZED, "tensor of " + announcedWords + " words, more than " + maxWords);
    }
    if (count > announcedWords) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH, "chunk of " + count + " words in a tensor of " + announcedWords);
    }
    totalWords = (int) announcedWords;
    filledWords = 0;
    nextIndex = 0;
    words = arrays.takeOrNull(totalWords);
    if (words == null) {
      words =
          allocate(
              isTotalTrusted ? totalWords : Math.min(totalWords, Math.max(count, FIRST_WORDS)));
    }
  }

  /** Doubles the room, but never beyond the total, so that the last array is the tensor's own. */
  private void makeRoom(int neededWords) throws MalformedFrame {
    if (neededWords <= words.length) {
      return;
    }
    long doubled = Math.max(neededWords, 2L * words.length);
    int[] grown = allocate((int) Math.min(totalWords, doubled));
    System.arraycopy(words, 0, grown, 0, filledWords);
    words = grown;
  }

  private int[] allocate(int count) throws MalformedFrame {
    try {
      return new int[count];
    } catch (OutOfMemoryError e) {
      throw new MalformedFrame(
          FrameFault.OVERSIZED, "no memory for a tensor of " + totalWords + " words");
    }
  }
}
