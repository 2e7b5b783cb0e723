// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.Sessions;
import io.pascaline.protocols.step.StepExecution;

/**
 * One party's side of a {@link ClassicLinear} for one epoch: one convolution per inference ahead of
 * time and one online. Thread-safe.
 */
public final class ClassicLinearParty extends ClassicParty<ClassicLinearParty.Masks> {
  private final ClassicLinear linear;
  private final DoubleWordLinear openedE;
  private final DoubleWordLinear ownWeights;

  /** One double word per output channel, or null. */
  private final long[] bias;

  private ClassicLinearParty(
      int partyId,
      ClassicLinear linear,
      long epoch,
      KeyedRandom random,
      long[] openedE,
      long[] bias) {
    super(
        partyId,
        linear.layer(),
        linear.inputCount(),
        linear.correctionWordCount(),
        0,
        epoch,
        random);
    this.linear = linear;
    this.openedE = DoubleWordLinear.of(linear.map(), openedE);
    long[] weights = new long[linear.weightCount()];
    random.fill(linear.weightMask(epoch), weights);
    if (partyId == 0) {
      for (int i = 0; i < weights.length; i++) {
        weights[i] += openedE[i];
      }
    }
    this.ownWeights = DoubleWordLinear.of(linear.map(), weights);
    this.bias = bias;
  }

  /** This party's half of the input mask and U_i, with the bias added to it. */
  static final class Masks {
    final long[] mask;
    final long[] u;

    Masks(long[] mask, long[] u) {
      this.mask = mask;
      this.u = u;
    }
  }

  /**
   * Returns this party's half of the weight opening, E_i = W_i - B_i, as planes. The caller owns
   * it.
   *
   * <p>To be opened once per epoch: a second opening, with other weights under the same B, would
   * reveal their difference.
   *
   * @param weights this party's share of W, row-major; read, not kept
   */
  public static MaskedWords maskWeights(
      int partyId, ClassicLinear linear, long epoch, KeyedRandom random, DoubleWordShare weights) {
    Sessions.checkPartyId(partyId);
    checkLength("weights", weights.doubleWords().length, linear.weightCount());
    long[] masked = new long[linear.weightCount()];
    random.fill(linear.weightMask(epoch), masked);
    long[] w = weights.doubleWords();
    for (int i = 0; i < masked.length; i++) {
      masked[i] = w[i] - masked[i];
    }
    return MaskedWords.of(DoubleWordPlanes.split(masked));
  }

  /**
   * Returns the step of an epoch whose weights are open under their mask.
   *
   * @param own what {@link #maskWeights} returned; read, not kept
   * @param peer what it returned at the peer; read, not kept
   * @param biasOrNull this party's share of the bias: one double word per output channel, at the
   *     scale before the cut; copied
   * @throws ProtocolAbortException if the peer's half has the wrong length
   */
  public static ClassicLinearParty create(
      int partyId,
      ClassicLinear linear,
      long epoch,
      KeyedRandom random,
      MaskedWords own,
      MaskedWords peer,
      DoubleWordShare biasOrNull) {
    checkLength("own", own.words().length, linear.setupWordCount());
    if (peer.words().length != linear.setupWordCount()) {
      throw new ProtocolAbortException(
          "weight opening of the peer",
          linear.layer(),
          0,
          linear.setupWordCount(),
          peer.words().length);
    }
    long[] bias = null;
    if (biasOrNull != null) {
      checkLength("bias", biasOrNull.doubleWords().length, linear.channelCount());
      bias = biasOrNull.doubleWords().clone();
    }
    long[] openedE = new long[linear.weightCount()];
    DoubleWordPlanes.join(own.words(), 0, openedE);
    DoubleWordPlanes.joinAndAdd(peer.words(), 0, openedE);
    return new ClassicLinearParty(partyId, linear, epoch, random, openedE, bias);
  }

  private static void checkLength(String name, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(name + " has length " + actual + ", expected " + expected);
    }
  }

  @Override
  public int roundCount() {
    return 1;
  }

  @Override
  public int roundWordCount(int round) {
    return linear.roundWordCount();
  }

  /** Computes U_i = -(E*A_i) - [B*A]_i, with the bias added to it. */
  @Override
  Masks material(SessionId session, Dealt half, WorkSplitter splitter) {
    long[] mask = draw(session, 0, Purpose.INPUT_MASK, linear.inputCount());
    long[] u = new long[linear.outputCount()];
    openedE.apply(mask, u, splitter);
    for (int i = 0; i < u.length; i++) {
      u[i] = -u[i] - half.doubleWords[i];
    }
    ClassicLinear.addBias(bias, u);
    return new Masks(mask, u);
  }

  @Override
  StepExecution execution(DoubleWordShare input, Masks material) {
    return new Execution(input.doubleWords(), material);
  }

  private final class Execution extends RoundsExecution {
    private long[] x;
    private long[] opened;
    private long[] u;

    Execution(long[] x, Masks masks) {
      super(ClassicLinearParty.this);
      this.x = x;
      this.opened = masks.mask;
      this.u = masks.u;
    }

    @Override
    int[] firstRound() {
      for (int i = 0; i < opened.length; i++) {
        opened[i] += x[i];
      }
      x = null;
      return DoubleWordPlanes.split(opened);
    }

    @Override
    int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
      DoubleWordPlanes.joinAndAdd(fromPeer, 0, opened);
      long[] y = new long[linear.outputCount()];
      ownWeights.apply(opened, y, splitter);
      for (int i = 0; i < y.length; i++) {
        y[i] += u[i];
      }
      Truncation.truncate(partyId(), y, linear.truncatedBits());
      opened = null;
      u = y;
      return null;
    }

    @Override
    DoubleWordShare finish() {
      return DoubleWordShare.of(linear.map().outputShape(), u);
    }
  }
}
