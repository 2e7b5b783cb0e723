// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.Sessions;

/**
 * The dealer's side of a {@link FusedLinear}: computes the shares of B*A. Knows the masks, no
 * weight and no input. Thread-safe.
 */
public final class FusedLinearDealer implements DealerStep {
  private final FusedLinear linear;
  private final long epoch;
  private final KeyedRandom[] randoms;
  private final LinearKernel kernel;
  private final PackedWeights maskB;

  /**
   * Draws and packs B for the epoch.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public FusedLinearDealer(
      FusedLinear linear, long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
    this.linear = linear;
    this.epoch = epoch;
    this.randoms = new KeyedRandom[] {p0, p1};
    this.kernel = kernel;
    int[] b = new int[linear.weightCount()];
    int[] b1 = new int[linear.weightCount()];
    p0.fill(linear.weightMask(epoch), b);
    p1.fill(linear.weightMask(epoch), b1);
    Words.add(b, b1);
    this.maskB = kernel.pack(linear.map(), b);
  }

  @Override
  public int layer() {
    return linear.layer();
  }

  @Override
  public int correctionWordCount() {
    return linear.outputCount();
  }

  @Override
  public int[] deal(SessionId session, WorkSplitter splitter) {
    Sessions.checkInference(session, epoch);
    int[] a = new int[linear.inputCount()];
    int[] a1 = new int[linear.inputCount()];
    randoms[0].fill(linear.label(session, Purpose.INPUT_MASK), a, splitter);
    randoms[1].fill(linear.label(session, Purpose.INPUT_MASK), a1, splitter);
    Words.add(a, a1);
    int[] product = new int[linear.outputCount()];
    kernel.apply(maskB, a, product, splitter);
    int[] drawn = new int[linear.outputCount()];
    KeyedRandom other = randoms[1 - receiver(session)];
    other.fill(linear.label(session, Purpose.PRODUCT_SHARE), drawn, splitter);
    Words.subtract(product, drawn);
    return product;
  }

  @Override
  public String toString() {
    return "FusedLinearDealer[" + linear + "]";
  }
}
