// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;

/** A linear step in Z_2^32 that corrects its output with a product of two masks. */
interface LinearStep extends OneRoundStep {
  /** Returns the layer's geometry. */
  LinearMap map();

  /** Returns the length of an input, and of an opening, in words. */
  @Override
  default int inputCount() {
    return map().inputShape().elementCount();
  }

  /** Returns the length of an output, and of a correction, in words. */
  default int outputCount() {
    return map().outputShape().elementCount();
  }

  /** Returns the length of the weights, and of their opening, in words. */
  default int weightCount() {
    return map().weightShape().elementCount();
  }

  /** Returns the output channels, of which each has one word of bias. */
  default int channelCount() {
    return map().outputShape().dim(0);
  }

  @Override
  default int correctionWordCount() {
    return outputCount();
  }

  @Override
  default Purpose correctionPurpose() {
    return Purpose.PRODUCT_SHARE;
  }

  /** Returns the name of the stream of a party's share of B, the mask of the weights. */
  static MaskLabel weightMask(LinearStep step, long epoch) {
    return new MaskLabel(SessionId.setup(epoch), step.layer(), 0, Purpose.WEIGHT_MASK);
  }

  /** Returns weights less what one party draws of B. */
  static MaskedWords maskWeights(
      LinearStep step, long epoch, KeyedRandom random, WordShare weights) {
    int[] w = weights.words();
    Words.requireLength("weights", w.length, step.weightCount());
    int[] masked = new int[w.length];
    random.fill(weightMask(step, epoch), masked);
    for (int i = 0; i < masked.length; i++) {
      masked[i] = w[i] - masked[i];
    }
    return MaskedWords.of(masked);
  }
}
