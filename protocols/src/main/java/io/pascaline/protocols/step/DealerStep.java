// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;

/**
 * The dealer's side of one layer's step. Thread-safe: sessions may be dealt at the same time.
 * Dealing the same session again gives the same words.
 *
 * <p>Of everything that is dealt, one party draws its share from its key; the other is sent the
 * correction, which completes that share to the secret.
 */
public abstract class DealerStep {
  private final StepParameters parameters;
  private final CorrectionReceiver receiver;
  private final KeyedRandom[] randoms;

  /**
   * Creates the dealer's side for one epoch, with corrections to either party in turn.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  protected DealerStep(StepParameters parameters, KeyedRandom p0, KeyedRandom p1) {
    this(parameters, CorrectionReceiver.ALTERNATING, p0, p1);
  }

  /**
   * Creates the dealer's side for one epoch.
   *
   * @param receiver who is sent the corrections
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  protected DealerStep(
      StepParameters parameters, CorrectionReceiver receiver, KeyedRandom p0, KeyedRandom p1) {
    this.parameters = parameters;
    this.receiver = receiver;
    this.randoms = new KeyedRandom[] {p0, p1};
  }

  /**
   * Replaces one party's share of what is dealt by the other's: the secrets less it.
   *
   * @param share drawn by the party that is sent nothing
   */
  protected abstract void complete(SessionId session, int[] share, WorkSplitter splitter);

  /** Returns the layer's id in the plan. */
  public final int layer() {
    return parameters.layer();
  }

  /** Returns the words of one correction; 0 if the step needs none. */
  public final int correctionWordCount() {
    return parameters.correctionWordCount();
  }

  /** Returns the party, 0 or 1, that is sent the correction of {@code session}. */
  public final int receiver(SessionId session) {
    return receiver.of(session, layer());
  }

  /**
   * Returns the correction for the {@link #receiver}. The caller owns the array. Secret from
   * everybody but the receiver.
   *
   * @throws IllegalArgumentException if the session is the setup, or of another epoch
   */
  public final int[] deal(SessionId session, WorkSplitter splitter) {
    session.requireInferenceOf(session.epoch());
    int count = correctionWordCount();
    if (count == 0) {
      return new int[0];
    }
    Purpose purpose = parameters.correctionPurpose();
    int[] share = words(1 - receiver(session), label(session, 0, purpose), count, splitter);
    complete(session, share, splitter);
    return share;
  }

  /** Returns the name of a stream of masks of this step. */
  protected final MaskLabel label(SessionId session, int round, Purpose purpose) {
    return new MaskLabel(session, layer(), round, purpose);
  }

  /** Returns what one party draws: 32-bit ring elements. */
  protected final int[] words(int partyId, MaskLabel label, int count, WorkSplitter splitter) {
    return randoms[partyId].draw(label, count, splitter);
  }

  /** Returns an array with anything in it, which the caller owns. */
  protected final int[] take(int wordCount) {
    return randoms[0].arrays().take(wordCount);
  }

  /** Gives an array back that nobody refers to any more, for another session to use. */
  protected final void release(int[] words) {
    randoms[0].arrays().giveBack(words);
  }

  /** Returns what one party draws: 64-bit ring elements. */
  protected final long[] doubleWords(int partyId, MaskLabel label, int count) {
    long[] drawn = new long[count];
    randoms[partyId].fill(label, drawn);
    return drawn;
  }

  /** Returns masks of which each party draws a share: their sums modulo 2^32. */
  protected final int[] sharedWords(MaskLabel label, int count, WorkSplitter splitter) {
    int[] masks = words(0, label, count, splitter);
    int[] second = words(1, label, count, splitter);
    for (int i = 0; i < count; i++) {
      masks[i] += second[i];
    }
    release(second);
    return masks;
  }

  /** Returns masks of which each party draws a share: their sums modulo 2^64. */
  protected final long[] sharedDoubleWords(MaskLabel label, int count) {
    long[] masks = doubleWords(0, label, count);
    long[] second = doubleWords(1, label, count);
    for (int i = 0; i < count; i++) {
      masks[i] += second[i];
    }
    return masks;
  }

  /** Returns words of masking bits of which each party draws a share: their exclusive or. */
  protected final int[] sharedBits(MaskLabel label, int wordCount, WorkSplitter splitter) {
    int[] bits = words(0, label, wordCount, splitter);
    int[] second = words(1, label, wordCount, splitter);
    for (int i = 0; i < wordCount; i++) {
      bits[i] ^= second[i];
    }
    release(second);
    return bits;
  }

  @Override
  public final String toString() {
    return parameters.getClass().getSimpleName() + ".Dealer[layer=" + layer() + "]";
  }
}
