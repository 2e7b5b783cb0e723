// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

/**
 * States which tensor a chunk belongs to and where in the tensor it lies. The template and three
 * numbers identify a tensor within its stream. Mutable, so that a decoder uses one for all its
 * chunks; the numbers are as on the wire, unchecked.
 */
final class ChunkHeader {
  private int templateId;
  private long identityHigh;
  private long identityLow;
  private long identityDetail;
  private long index;
  private long offsetWords;
  private long totalWords;

  /**
   * Sets which tensor the chunk belongs to.
   *
   * @param templateId of the chunk's message
   * @param high the request's high half, or the session's epoch
   * @param low the request's low half, or the session's number
   * @param detail what every chunk of the tensor states besides, or 0
   */
  void setTensor(int templateId, long high, long low, long detail) {
    this.templateId = templateId;
    this.identityHigh = high;
    this.identityLow = low;
    this.identityDetail = detail;
  }

  /**
   * Sets where in the tensor the chunk lies.
   *
   * @param index chunks before it
   * @param offsetWords words before it
   * @param totalWords of the tensor
   */
  void setPosition(long index, long offsetWords, long totalWords) {
    this.index = index;
    this.offsetWords = offsetWords;
    this.totalWords = totalWords;
  }

  /** Takes over all that another header states. */
  void copyFrom(ChunkHeader other) {
    setTensor(other.templateId, other.identityHigh, other.identityLow, other.identityDetail);
    setPosition(other.index, other.offsetWords, other.totalWords);
  }

  /** Moves the position behind a chunk of that many words. */
  void advance(int wordCount) {
    index++;
    offsetWords += wordCount;
  }

  /** Returns whether a chunk is of the same tensor and lies at this header's position. */
  boolean isContinuedBy(ChunkHeader chunk) {
    return chunk.templateId == templateId
        && chunk.identityHigh == identityHigh
        && chunk.identityLow == identityLow
        && chunk.identityDetail == identityDetail
        && chunk.totalWords == totalWords
        && chunk.index == index
        && chunk.offsetWords == offsetWords;
  }

  long index() {
    return index;
  }

  long offsetWords() {
    return offsetWords;
  }

  long totalWords() {
    return totalWords;
  }
}
