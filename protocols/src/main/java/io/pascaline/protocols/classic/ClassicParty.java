// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.Correlation;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.Received;
import io.pascaline.protocols.step.SessionLedger;
import io.pascaline.protocols.step.Sessions;
import io.pascaline.protocols.step.StepExecution;

/**
 * One party's side of a classic step for one epoch. Thread-safe.
 *
 * @param <M> what a correlation of the step holds
 */
abstract class ClassicParty<M> implements PartyStep {
  private final int partyId;
  private final int layer;
  private final int inputCount;
  private final int correctionWordCount;
  private final int bitWordCount;
  private final long epoch;
  private final KeyedRandom random;
  private final SessionLedger ledger = new SessionLedger();

  /**
   * Creates the party's side.
   *
   * @param bitWordCount words of a correction that are shared by exclusive or
   */
  ClassicParty(
      int partyId,
      int layer,
      int inputCount,
      int correctionWordCount,
      int bitWordCount,
      long epoch,
      KeyedRandom random) {
    Sessions.checkPartyId(partyId);
    this.partyId = partyId;
    this.layer = layer;
    this.inputCount = inputCount;
    this.correctionWordCount = correctionWordCount;
    this.bitWordCount = bitWordCount;
    this.epoch = epoch;
    this.random = random;
  }

  /** Returns what a correlation holds, from this party's half of what was dealt. */
  abstract M material(SessionId session, Dealt half, WorkSplitter splitter);

  /** Returns a run of the step. */
  abstract StepExecution execution(DoubleWordShare input, M material);

  @Override
  public final int layer() {
    return layer;
  }

  @Override
  public final int partyId() {
    return partyId;
  }

  @Override
  public final int correctionWordCount() {
    return correctionWordCount;
  }

  @Override
  public final Correlation prepare(
      SessionId session, int[] correctionOrNull, WorkSplitter splitter) {
    Sessions.checkInference(session, epoch);
    MaskLabel label = label(session, 0, Purpose.CORRELATION_SHARE);
    int[] half = Received.orDrawn(this, session, correctionOrNull, random, label, splitter);
    M material = material(session, Dealt.ofWords(half, bitWordCount), splitter);
    return new ClassicCorrelation<>(this, session, material);
  }

  @Override
  public final StepExecution open(Correlation correlation, Share input) {
    DoubleWordShare share = DoubleWordShare.require(input, inputCount);
    return execution(share, own(correlation).use(ledger));
  }

  @SuppressWarnings("unchecked") // A correlation made by this step holds its material.
  private ClassicCorrelation<M> own(Correlation correlation) {
    if (correlation instanceof ClassicCorrelation<?> classic
        && ((ClassicCorrelation<M>) classic).isOf(this)) {
      return (ClassicCorrelation<M>) classic;
    }
    throw new IllegalArgumentException("not a correlation of this step: " + correlation);
  }

  final MaskLabel label(SessionId session, int round, Purpose purpose) {
    return new MaskLabel(session, layer, round, purpose);
  }

  /** Returns double words that this party draws from its key. */
  final long[] draw(SessionId session, int round, Purpose purpose, int count) {
    long[] drawn = new long[count];
    random.fill(label(session, round, purpose), drawn);
    return drawn;
  }

  /** Returns words that this party draws from its key. */
  final int[] drawWords(
      SessionId session, int round, Purpose purpose, int count, WorkSplitter splitter) {
    int[] drawn = new int[count];
    random.fill(label(session, round, purpose), drawn, splitter);
    return drawn;
  }

  @Override
  public final String toString() {
    return getClass().getSimpleName() + "[partyId=" + partyId + ", layer=" + layer + "]";
  }
}
