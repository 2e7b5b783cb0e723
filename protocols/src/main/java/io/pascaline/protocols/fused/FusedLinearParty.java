// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.Received;
import io.pascaline.protocols.step.SessionLedger;
import io.pascaline.protocols.step.Sessions;
import io.pascaline.protocols.step.StepExecution;

/**
 * One party's side of a {@link FusedLinear} for one epoch: E and its weights packed once, one
 * convolution per inference ahead of time and one online. Thread-safe.
 */
public final class FusedLinearParty implements PartyStep {
  private final int partyId;
  private final FusedLinear linear;
  private final long epoch;
  private final KeyedRandom random;
  private final LinearKernel kernel;
  private final PackedWeights openedE;
  private final PackedWeights ownWeights;

  /** One word per output channel, or null. */
  private final int[] bias;

  private final SessionLedger ledger = new SessionLedger();

  private FusedLinearParty(
      int partyId,
      FusedLinear linear,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      int[] openedE,
      int[] bias) {
    this.partyId = partyId;
    this.linear = linear;
    this.epoch = epoch;
    this.random = random;
    this.kernel = kernel;
    this.openedE = kernel.pack(linear.map(), openedE);
    int[] weights = new int[linear.weightCount()];
    random.fill(linear.weightMask(epoch), weights);
    if (partyId == 0) {
      Words.add(weights, openedE);
    }
    this.ownWeights = kernel.pack(linear.map(), weights);
    this.bias = bias;
  }

  /**
   * Returns this party's half of the weight opening, E_i = W_i - B_i. The caller owns it.
   *
   * <p>To be opened once per epoch: a second opening, with other weights under the same B, would
   * reveal their difference.
   *
   * @param weights this party's share of W, row-major; read, not kept
   */
  public static MaskedWords maskWeights(
      int partyId, FusedLinear linear, long epoch, KeyedRandom random, WordShare weights) {
    Sessions.checkPartyId(partyId);
    checkLength("weights", weights.words().length, linear.weightCount());
    int[] masked = new int[linear.weightCount()];
    random.fill(linear.weightMask(epoch), masked);
    int[] w = weights.words();
    for (int i = 0; i < masked.length; i++) {
      masked[i] = w[i] - masked[i];
    }
    return MaskedWords.of(masked);
  }

  /**
   * Returns the step of an epoch whose weights are open under their mask.
   *
   * @param own what {@link #maskWeights} returned; read, not kept
   * @param peer what it returned at the peer; read, not kept
   * @param biasOrNull this party's share of the bias: one word per output channel, with the
   *     fraction bits of the output; copied
   * @throws ProtocolAbortException if the peer's half has the wrong length
   */
  public static FusedLinearParty create(
      int partyId,
      FusedLinear linear,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      MaskedWords own,
      MaskedWords peer,
      WordShare biasOrNull) {
    Sessions.checkPartyId(partyId);
    checkLength("own", own.words().length, linear.weightCount());
    if (peer.words().length != linear.weightCount()) {
      throw new ProtocolAbortException(
          "weight opening of the peer",
          linear.layer(),
          0,
          linear.weightCount(),
          peer.words().length);
    }
    int[] bias = null;
    if (biasOrNull != null) {
      checkLength("bias", biasOrNull.words().length, linear.channelCount());
      bias = biasOrNull.words().clone();
    }
    int[] openedE = own.words().clone();
    Words.add(openedE, peer.words());
    return new FusedLinearParty(partyId, linear, epoch, random, kernel, openedE, bias);
  }

  private static void checkLength(String name, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(name + " has " + actual + " words, expected " + expected);
    }
  }

  @Override
  public int layer() {
    return linear.layer();
  }

  @Override
  public int partyId() {
    return partyId;
  }

  @Override
  public int correctionWordCount() {
    return linear.outputCount();
  }

  @Override
  public int roundCount() {
    return 1;
  }

  @Override
  public int roundWordCount(int round) {
    return linear.inputCount();
  }

  /** Computes U_i = -(E*A_i) - [B*A]_i, with the bias added to it. */
  @Override
  public Correlation prepare(SessionId session, int[] correctionOrNull, WorkSplitter splitter) {
    Sessions.checkInference(session, epoch);
    int[] productShare =
        Received.orDrawn(
            this,
            session,
            correctionOrNull,
            random,
            linear.label(session, Purpose.PRODUCT_SHARE),
            splitter);
    int[] mask = new int[linear.inputCount()];
    random.fill(linear.label(session, Purpose.INPUT_MASK), mask, splitter);
    int[] u = new int[linear.outputCount()];
    kernel.apply(openedE, mask, u, splitter);
    Words.negateAndSubtract(u, productShare);
    addBias(u);
    return new FusedCorrelation(this, session, mask, u);
  }

  private void addBias(int[] output) {
    if (bias == null) {
      return;
    }
    int channelLength = output.length / bias.length;
    int at = 0;
    for (int word : bias) {
      for (int end = at + channelLength; at < end; at++) {
        output[at] += word;
      }
    }
  }

  @Override
  public StepExecution open(Correlation correlation, Share input) {
    WordShare words = WordShare.require(input, linear.inputCount());
    FusedCorrelation.Opened opened = FusedCorrelation.use(correlation, this, ledger);
    return new Execution(words, opened);
  }

  @Override
  public String toString() {
    return "FusedLinearParty[partyId=" + partyId + ", " + linear + "]";
  }

  private final class Execution extends OneRoundExecution {
    private int[] u;

    Execution(WordShare input, FusedCorrelation.Opened opened) {
      super(linear.layer(), input, opened.mask, 0);
      this.u = opened.material;
    }

    @Override
    WordShare finish(int[] c, WorkSplitter splitter) {
      int[] y = new int[linear.outputCount()];
      kernel.apply(ownWeights, c, y, splitter);
      Words.add(y, u);
      u = null;
      return WordShare.of(linear.map().outputShape(), y);
    }
  }
}
