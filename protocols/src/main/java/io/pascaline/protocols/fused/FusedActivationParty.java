// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.Received;
import io.pascaline.protocols.step.SessionLedger;
import io.pascaline.protocols.step.Sessions;
import io.pascaline.protocols.step.StepExecution;
import java.util.Arrays;

/** One party's side of a {@link FusedActivation} for one epoch. Thread-safe. */
public final class FusedActivationParty implements PartyStep {
  private static final int BLOCK_ELEMENTS = 512;

  private final int partyId;
  private final FusedActivation activation;
  private final long epoch;
  private final KeyedRandom random;
  private final SessionLedger ledger = new SessionLedger();

  /**
   * Creates the party's side for one epoch.
   *
   * @param partyId 0 or 1
   * @param random drawn from the key shared with the dealer
   */
  public FusedActivationParty(
      int partyId, FusedActivation activation, long epoch, KeyedRandom random) {
    Sessions.checkPartyId(partyId);
    this.partyId = partyId;
    this.activation = activation;
    this.epoch = epoch;
    this.random = random;
  }

  @Override
  public int layer() {
    return activation.layer();
  }

  @Override
  public int partyId() {
    return partyId;
  }

  @Override
  public int correctionWordCount() {
    return activation.correctionWordCount();
  }

  @Override
  public int roundCount() {
    return 1;
  }

  @Override
  public int roundWordCount(int round) {
    return activation.shape().elementCount();
  }

  @Override
  public Correlation prepare(SessionId session, int[] correctionOrNull, WorkSplitter splitter) {
    Sessions.checkInference(session, epoch);
    int[] planes =
        Received.orDrawn(
            this,
            session,
            correctionOrNull,
            random,
            activation.label(session, Purpose.POWER_SHARE),
            splitter);
    int[] mask = new int[activation.shape().elementCount()];
    random.fill(activation.label(session, Purpose.ACTIVATION_MASK), mask, splitter);
    return new FusedCorrelation(this, session, mask, planes);
  }

  @Override
  public StepExecution open(Correlation correlation, Share input) {
    WordShare words = WordShare.require(input, activation.shape().elementCount());
    return new Execution(words, FusedCorrelation.use(correlation, this, ledger));
  }

  @Override
  public String toString() {
    return "FusedActivationParty[partyId=" + partyId + ", " + activation + "]";
  }

  private final class Execution extends OneRoundExecution {
    private int[] planes;

    Execution(WordShare input, FusedCorrelation.Opened opened) {
      super(
          activation.layer(),
          input,
          opened.mask,
          partyId == 0 ? FusedActivation.OPENING_OFFSET : 0);
      this.planes = opened.material;
    }

    /** Returns the result takes the place of the opened tensor, block by block. */
    @Override
    WordShare finish(int[] opened, WorkSplitter splitter) {
      int[] shares = planes;
      planes = null;
      ElementParts.run(
          opened.length, splitter, (from, to) -> evaluatePart(opened, shares, from, to));
      return WordShare.of(activation.shape(), opened);
    }
  }

  private void evaluatePart(int[] words, int[] planes, int from, int to) {
    double unit = activation.scales().inputUnit();
    double[] c = new double[BLOCK_ELEMENTS];
    double[] factors = new double[BLOCK_ELEMENTS];
    long[] encoded = new long[BLOCK_ELEMENTS];
    long[] sums = new long[BLOCK_ELEMENTS];
    for (int at = from; at < to; at += BLOCK_ELEMENTS) {
      int count = Math.min(BLOCK_ELEMENTS, to - at);
      for (int i = 0; i < count; i++) {
        c[i] = ((words[at + i] & Integer.MAX_VALUE) - FusedActivation.OPENING_OFFSET) * unit;
      }
      startSums(c, factors, sums, count);
      for (int term = 1; term <= activation.basis().termCount(); term++) {
        encodeFactors(term, c, factors, encoded, count);
        addTerm(term, words, planes, at, encoded, sums, count);
      }
      for (int i = 0; i < count; i++) {
        words[at + i] = (int) (sums[i] >>> 32);
      }
    }
  }

  private void startSums(double[] c, double[] factors, long[] sums, int count) {
    if (partyId != 0) {
      Arrays.fill(sums, 0, count, 0);
      return;
    }
    activation.basis().publicFactors(0, c, factors, count);
    FixedPoint.encode(
        factors,
        activation.scales().factorScale(0),
        activation.scales().wideFactor(0),
        sums,
        count);
    for (int i = 0; i < count; i++) {
      sums[i] += 1L << 32;
    }
  }

  private void encodeFactors(int term, double[] c, double[] factors, long[] encoded, int count) {
    ActivationBasis basis = activation.basis();
    if (basis.unitFactor(term)) {
      Arrays.fill(encoded, 0, count, 1);
      return;
    }
    basis.publicFactors(term, c, factors, count);
    FixedPoint.encode(
        factors,
        activation.scales().factorScale(term),
        activation.scales().wideFactor(term),
        encoded,
        count);
  }

  /** Adds factor times share, in the reading that the opened word's top bit selects. */
  private void addTerm(
      int term, int[] words, int[] planes, int at, long[] encoded, long[] sums, int count) {
    int elementCount = activation.shape().elementCount();
    int set = activation.planeOffset(0, term) + at;
    int clear = activation.planeOffset(1, term) + at;
    for (int i = 0; i < count; i++) {
      int choice = words[at + i] >> 31;
      int low = planes[clear + i] ^ ((planes[clear + i] ^ planes[set + i]) & choice);
      int highSet = planes[set + elementCount + i];
      int highClear = planes[clear + elementCount + i];
      int high = highClear ^ ((highClear ^ highSet) & choice);
      sums[i] += encoded[i] * (((long) high << 32) | (low & 0xFFFFFFFFL));
    }
  }
}
