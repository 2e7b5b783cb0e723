package io.pascaline.transport.codec;

import org.agrona.DirectBuffer;

/** Puts the chunks of one tensor together; at most one tensor of a stream is under way. */
final class TensorAssembly {
  private final int maxWords;
  private int templateId;
  private long high;
  private long low;
  private long detail;
  private int[] words;
  private int filledWords;
  private int nextIndex;

  TensorAssembly(int maxWords) {
    this.maxWords = maxWords;
  }

  boolean isUnderWay() {
    return words != null;
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
      long totalWords,
      DirectBuffer buffer,
      int offset,
      int count)
      throws MalformedFrame {
    if (words == null) {
      begin(index, offsetWords, totalWords, count);
      templateId = template;
      high = identityHigh;
      low = identityLow;
      detail = identityDetail;
    } else if (template != templateId
        || identityHigh != high
        || identityLow != low
        || identityDetail != detail
        || totalWords != words.length
        || index != nextIndex
        || offsetWords != filledWords) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_ORDER,
          "chunk "
              + index
              + " at word "
              + offsetWords
              + " of "
              + totalWords
              + " follows chunk "
              + (nextIndex - 1)
              + " up to word "
              + filledWords
              + " of "
              + words.length);
    }
    if (count > words.length - filledWords || (count == 0 && words.length > 0)) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH,
          "chunk of " + count + " words at word " + filledWords + " of " + words.length);
    }
    Tensors.get(buffer, offset, words, filledWords, count);
    filledWords += count;
    nextIndex++;
    if (filledWords < words.length) {
      return null;
    }
    final int[] whole = words;
    words = null;
    return whole;
  }

  private void begin(long index, long offsetWords, long totalWords, int count)
      throws MalformedFrame {
    if (index != 0 || offsetWords != 0) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_ORDER, "chunk " + index + " at word " + offsetWords + " comes first");
    }
    if (totalWords > maxWords) {
      throw new MalformedFrame(
          FrameFault.OVERSIZED, "tensor of " + totalWords + " words, more than " + maxWords);
    }
    if (count > totalWords) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH, "chunk of " + count + " words in a tensor of " + totalWords);
    }
    try {
      words = new int[(int) totalWords];
    } catch (OutOfMemoryError e) {
      throw new MalformedFrame(
          FrameFault.OVERSIZED, "no memory for a tensor of " + totalWords + " words");
    }
    filledWords = 0;
    nextIndex = 0;
  }
}
