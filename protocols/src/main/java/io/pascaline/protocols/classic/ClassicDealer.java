// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.Sessions;

/**
 * The dealer's side of a classic step: one party's half of everything shared is drawn from its key,
 * the other's is the correction. Thread-safe.
 */
abstract class ClassicDealer implements DealerStep {
  final KeyedRandom[] randoms;
  private final int layer;
  private final int correctionWordCount;

  ClassicDealer(int layer, int correctionWordCount, KeyedRandom p0, KeyedRandom p1) {
    this.layer = layer;
    this.correctionWordCount = correctionWordCount;
    this.randoms = new KeyedRandom[] {p0, p1};
  }

  /** Returns what is shared in this session. */
  abstract Dealt secrets(SessionId session, WorkSplitter splitter);

  @Override
  public final int layer() {
    return layer;
  }

  @Override
  public final int correctionWordCount() {
    return correctionWordCount;
  }

  @Override
  public final int[] deal(SessionId session, WorkSplitter splitter) {
    Sessions.checkInference(session, session.epoch());
    int[] words = new int[correctionWordCount];
    if (words.length > 0) {
      KeyedRandom other = randoms[1 - receiver(session)];
      other.fill(label(session, 0, Purpose.CORRELATION_SHARE), words, splitter);
      secrets(session, splitter).lessOther(words);
    }
    return words;
  }

  final MaskLabel label(SessionId session, int round, Purpose purpose) {
    return new MaskLabel(session, layer, round, purpose);
  }

  /** Returns masks of which each party draws half. */
  final long[] sharedMasks(MaskLabel label, int count) {
    long[] masks = new long[count];
    long[] second = new long[count];
    randoms[0].fill(label, masks);
    randoms[1].fill(label, second);
    for (int i = 0; i < count; i++) {
      masks[i] += second[i];
    }
    return masks;
  }

  /** Returns words of masking bits of which each party draws half. */
  final int[] sharedBits(MaskLabel label, int wordCount, WorkSplitter splitter) {
    int[] bits = new int[wordCount];
    int[] second = new int[wordCount];
    randoms[0].fill(label, bits, splitter);
    randoms[1].fill(label, second, splitter);
    for (int i = 0; i < wordCount; i++) {
      bits[i] ^= second[i];
    }
    return bits;
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[layer=" + layer + "]";
  }
}
