// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;

/** The dealer's side of {@link ClassicComparison}: bit triples and bits shared both ways. */
final class ComparisonDealer extends ClassicDealer {
  private final ClassicComparison comparison;

  ComparisonDealer(ClassicComparison comparison, KeyedRandom p0, KeyedRandom p1) {
    super(comparison.layer(), comparison.correctionWordCount(), p0, p1);
    this.comparison = comparison;
  }

  @Override
  Dealt secrets(SessionId session, WorkSplitter splitter) {
    StageOffsets end = StageOffsets.of(comparison, comparison.stageCount());
    Dealt dealt = new Dealt(new int[end.bits()], new long[end.doubleWords()]);
    for (int stage = 0; stage < comparison.stageCount(); stage++) {
      dealStage(session, stage, dealt, splitter);
    }
    return dealt;
  }

  private void dealStage(SessionId session, int stage, Dealt dealt, WorkSplitter splitter) {
    SignProduct product = new SignProduct(comparison.comparisonCount(stage));
    StageOffsets at = StageOffsets.of(comparison, stage);
    int round = stage * SignProduct.ROUNDS;
    MaskLabel oneSided = label(session, round, Purpose.ONE_SIDED_MASK);
    int[] alpha = new int[product.streamWords(0)];
    int[] beta = new int[alpha.length];
    randoms[0].fill(oneSided, alpha, splitter);
    randoms[1].fill(oneSided, beta, splitter);
    for (int i = 0; i < alpha.length; i++) {
      dealt.bits[at.bits() + i] = alpha[i] & beta[i];
    }
    for (int level = 1; level <= SignProduct.LEVELS; level++) {
      int length = product.streamWords(level);
      int products = SignProduct.planeCount(level) - 1;
      MaskLabel label = label(session, round + level, Purpose.BIT_MASK);
      int[] masks = sharedBits(label, (products + 1) * length, splitter);
      int to = at.bits() + product.productsAt(level);
      for (int i = 0; i < products * length; i++) {
        dealt.bits[to + i] = masks[i % length] & masks[length + i];
      }
    }
    int last = round + SignProduct.PRODUCT_ROUND;
    int count = product.elementCount();
    long[] a = sharedMasks(label(session, last, Purpose.OPENING_MASK), count);
    int signWords = product.streamWords(SignProduct.LEVELS);
    int[] r = sharedBits(label(session, last, Purpose.BIT_MASK), signWords, splitter);
    for (int i = 0; i < count; i++) {
      long bit = BitStream.bit(r, i);
      dealt.doubleWords[at.doubleWords() + i] = bit;
      dealt.doubleWords[at.doubleWords() + count + i] = a[i] * bit;
    }
  }
}
