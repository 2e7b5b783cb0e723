// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;

/**
 * One party's side of one layer's step, for all inferences of an epoch. Thread-safe: sessions may
 * be prepared and opened at the same time.
 *
 * <p>A protocol says what a correlation consists of ({@link #material}); order of calls, lengths
 * and single use are the same for all protocols and are checked here.
 */
public abstract class PartyStep {
  private final int partyId;
  private final StepParameters parameters;
  private final CorrectionReceiver receiver;
  private final long epoch;
  private final KeyedRandom random;
  private final SessionLedger ledger = new SessionLedger();

  /**
   * Creates a party's side for one epoch, with corrections to either party in turn.
   *
   * @param partyId 0 or 1
   * @param random drawn from the key shared with the dealer
   * @throws IllegalArgumentException if the party is neither 0 nor 1
   */
  protected PartyStep(int partyId, StepParameters parameters, long epoch, KeyedRandom random) {
    this(partyId, parameters, CorrectionReceiver.ALTERNATING, epoch, random);
  }

  /**
   * Creates a party's side for one epoch.
   *
   * @param partyId 0 or 1
   * @param receiver who is sent the corrections
   * @param random drawn from the key shared with the dealer
   * @throws IllegalArgumentException if the party is neither 0 nor 1
   */
  protected PartyStep(
      int partyId,
      StepParameters parameters,
      CorrectionReceiver receiver,
      long epoch,
      KeyedRandom random) {
    this.partyId = requirePartyId(partyId);
    this.parameters = parameters;
    this.receiver = receiver;
    this.epoch = epoch;
    this.random = random;
  }

  /**
   * Returns {@code partyId}.
   *
   * @throws IllegalArgumentException if it is neither 0 nor 1
   */
  public static int requirePartyId(int partyId) {
    if (partyId != 0 && partyId != 1) {
      throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
    }
    return partyId;
  }

  /** What a correlation holds. Secret, used once. */
  @FunctionalInterface
  protected interface Material {
    /**
     * Returns the run that uses the material up.
     *
     * @param input in the step's ring and of its length; read until {@link StepExecution#start} has
     *     returned, never written
     */
    StepExecution open(Share input);

    /** Returns what {@link Correlation#knownOutputOrNull} promises. */
    default Share knownOutput() {
      return null;
    }

    /** Returns what {@link Correlation#knownInputOrNull} promises. */
    default Share knownInput() {
      return null;
    }

    /**
     * Returns what {@link PartyStep#witness} promises; uses the material up.
     *
     * @param peerMasks what the peer masks with in this session
     */
    default int[] witness(KeyedRandom peerMasks, WorkSplitter splitter) {
      throw new UnsupportedOperationException("a step of the classic suite cannot be checked");
    }
  }

  /**
   * Does the protocol's work that needs no input.
   *
   * @param share this party's share of what the dealer deals; owned by the step
   */
  protected abstract Material material(SessionId session, int[] share, WorkSplitter splitter);

  /** Returns the layer's id in the plan. */
  public final int layer() {
    return parameters.layer();
  }

  /** Returns 0 or 1. */
  public final int partyId() {
    return partyId;
  }

  /** Returns the words of one correction; 0 if the step needs none. */
  public final int correctionWordCount() {
    return parameters.correctionWordCount();
  }

  /** Returns the number of rounds: simultaneous exchanges of masked tensors. */
  public final int roundCount() {
    return parameters.roundCount();
  }

  /**
   * Returns the length of the masked tensor that this party sends in one round; 0 if it sends none.
   *
   * @param round from 0
   */
  public final int sentWordCount(int round) {
    return parameters.sentWordCount(partyId, round);
  }

  /**
   * Returns the length of the masked tensor that the peer sends in one round; 0 if it sends none,
   * and then this party does not wait for one.
   *
   * @param round from 0
   */
  public final int receivedWordCount(int round) {
    return parameters.sentWordCount(1 - partyId, round);
  }

  /** Returns the words that this party sends in one execution, over all rounds. */
  public final long onlineWordCount() {
    return parameters.onlineWordCount(partyId);
  }

  /** Returns whether the peer sends anything, so that an execution waits for it. */
  public final boolean receives() {
    return parameters.onlineWordCount(1 - partyId) > 0;
  }

  /** Returns whether the dealer sends the correction of {@code session} to this party. */
  public final boolean receivesCorrection(SessionId session) {
    return correctionWordCount() > 0 && receiver.of(session, layer()) == partyId;
  }

  /**
   * Does the work of the offline phase, which needs no input.
   *
   * @param correctionOrNull what the dealer sent, taken over; null if this party receives none
   * @throws IllegalArgumentException if the session is the setup or of another epoch, or if there
   *     is a correction where none belongs, or none where one does
   * @throws ProtocolAbortException if the correction has the wrong length
   */
  public final Correlation prepare(
      SessionId session, int[] correctionOrNull, WorkSplitter splitter) {
    session.requireInferenceOf(epoch);
    int[] share = share(session, correctionOrNull, splitter);
    return new Correlation(this, session, material(session, share, splitter));
  }

  /** Returns this party's share of what is dealt: the correction, or a draw from the key. */
  private int[] share(SessionId session, int[] correctionOrNull, WorkSplitter splitter) {
    boolean receives = receivesCorrection(session);
    if (receives != (correctionOrNull != null)) {
      throw new IllegalArgumentException(
          "party "
              + partyId
              + (receives ? " needs a" : " takes no")
              + " correction for session "
              + session
              + " at layer "
              + layer());
    }
    if (!receives) {
      Purpose purpose = parameters.correctionPurpose();
      return drawWords(session, 0, purpose, correctionWordCount(), splitter);
    }
    if (correctionOrNull.length != correctionWordCount()) {
      throw new ProtocolAbortException(
          "correction", layer(), 0, correctionWordCount(), correctionOrNull.length);
    }
    return correctionOrNull;
  }

  /**
   * Uses up {@code correlation} for {@code input}.
   *
   * @param correlation prepared by this step
   * @param input this party's share, of which the elements are read until {@link
   *     StepExecution#start} has returned and never written
   * @throws IllegalStateException if the correlation, or another one of its session, was used
   * @throws IllegalArgumentException if another step prepared it, or the input has another length
   *     or is in another ring; the correlation is then not used
   */
  public final StepExecution open(Correlation correlation, Share input) {
    Share checked = parameters.ring().require(input, parameters.inputCount());
    StepExecution opened = correlation.takeOpenedOrNull(this);
    return opened == null ? correlation.use(this, ledger).open(checked) : opened;
  }

  /**
   * Uses up {@code correlation} in the offline phase, for an input share that this party knows
   * then. {@link #open} later returns the run that this begins, which reads no other input and has
   * nothing to send in its first round. So the mask covers one value.
   *
   * @param correlation prepared by this step
   * @param input this party's share, which is read until this returns and never written
   * @return the first masked tensor for the peer; the caller owns it
   * @throws IllegalStateException if the correlation, or another one of its session, was used, or
   *     this party is sent a correction
   * @throws IllegalArgumentException as {@link #open} does
   */
  public final MaskedWords openInAdvance(Correlation correlation, Share input) {
    if (receivesCorrection(correlation.session())) {
      throw new IllegalStateException("party " + partyId + " does not know all of its masks");
    }
    Share checked = parameters.ring().require(input, parameters.inputCount());
    return correlation.begin(correlation.use(this, ledger).open(checked));
  }

  /**
   * Uses up {@code correlation} to check what the dealer dealt for its session, which must never be
   * opened: returns words that are the same at both parties if the correction was right and the
   * peer's masks are those that it uses, and otherwise differ where the correction is wrong. If
   * they are the same, either party could have computed the other's. Costs about what dealing does.
   *
   * @param correlation prepared by this step
   * @param peerMasks of the peer's seed of that session, see {@link KeyedRandom#ofSessionSeed}
   * @return owned by the caller; empty if nothing is dealt
   * @throws IllegalStateException if the correlation, or another one of its session, was used
   * @throws IllegalArgumentException if another step prepared it
   * @throws UnsupportedOperationException in the classic suite
   */
  public final int[] witness(
      Correlation correlation, KeyedRandom peerMasks, WorkSplitter splitter) {
    if (correlation.takeOpenedOrNull(this) != null) {
      // What it held is used up; all of it came from the key.
      SessionId session = correlation.session();
      return material(session, share(session, null, splitter), splitter)
          .witness(peerMasks, splitter);
    }
    return correlation.use(this, ledger).witness(peerMasks, splitter);
  }

  /**
   * Returns the seed of this party's masks of a session, to be told the peer once the session is
   * discarded; the same for all steps of the epoch.
   */
  public final byte[] sessionSeed(SessionId session) {
    return random.sessionSeed(session);
  }

  /** Adds what the peer draws to what this party has drawn. */
  protected final void addDrawn(
      KeyedRandom peerMasks,
      SessionId session,
      Purpose purpose,
      int[] masks,
      WorkSplitter splitter) {
    int[] peers = take(masks.length);
    peerMasks.fill(label(session, 0, purpose), peers, splitter);
    for (int i = 0; i < masks.length; i++) {
      masks[i] += peers[i];
    }
    release(peers);
  }

  /** Returns the name of a stream of masks of this step. */
  protected final MaskLabel label(SessionId session, int round, Purpose purpose) {
    return new MaskLabel(session, layer(), round, purpose);
  }

  /** Returns 32-bit ring elements that this party draws from its key. */
  protected final int[] drawWords(
      SessionId session, int round, Purpose purpose, int count, WorkSplitter splitter) {
    return random.draw(label(session, round, purpose), count, splitter);
  }

  /** Returns an array with anything in it, which the caller owns. */
  protected final int[] take(int wordCount) {
    return random.arrays().take(wordCount);
  }

  /** Returns a copy, which the caller owns. */
  protected final int[] copy(int[] words) {
    int[] copied = take(words.length);
    System.arraycopy(words, 0, copied, 0, words.length);
    return copied;
  }

  /** Gives an array back that nobody refers to any more, for another session to use. */
  protected final void release(int[] words) {
    random.arrays().giveBack(words);
  }

  /** Returns 64-bit ring elements that this party draws from its key. */
  protected final long[] drawDoubleWords(SessionId session, int round, Purpose purpose, int count) {
    long[] drawn = new long[count];
    random.fill(label(session, round, purpose), drawn);
    return drawn;
  }

  @Override
  public final String toString() {
    return parameters.getClass().getSimpleName()
        + ".Party[partyId="
        + partyId
        + ", layer="
        + layer()
        + "]";
  }
}
