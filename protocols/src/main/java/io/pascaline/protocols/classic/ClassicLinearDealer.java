// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.step.Sessions;

/**
 * The dealer's side of a {@link ClassicLinear}: computes the shares of B*A. Knows the masks, no
 * weight and no input. Thread-safe.
 */
public final class ClassicLinearDealer extends ClassicDealer {
  private final ClassicLinear linear;
  private final long epoch;
  private final DoubleWordLinear maskB;

  /**
   * Draws B for the epoch.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public ClassicLinearDealer(ClassicLinear linear, long epoch, KeyedRandom p0, KeyedRandom p1) {
    super(linear.layer(), linear.correctionWordCount(), p0, p1);
    this.linear = linear;
    this.epoch = epoch;
    long[] b = sharedMasks(linear.weightMask(epoch), linear.weightCount());
    this.maskB = DoubleWordLinear.of(linear.map(), b);
  }

  @Override
  Dealt secrets(SessionId session, WorkSplitter splitter) {
    Sessions.checkInference(session, epoch);
    long[] a = sharedMasks(label(session, 0, Purpose.INPUT_MASK), linear.inputCount());
    long[] product = new long[linear.outputCount()];
    maskB.apply(a, product, splitter);
    return new Dealt(new int[0], product);
  }
}
