// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.ElementParts;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import io.pascaline.protocols.step.StepParameters;

/**
 * The product of two secret tensors in Z_2^32, element by element, or of each channel of the first
 * with one element of the second, as squeeze-and-excitation blocks have it. The fraction bits of
 * the product are the sum of those of its factors.
 *
 * <pre>
 *   offline, per inference
 *     1   The dealer draws u and v, of the shapes of the factors x and z, and shares u v.
 *   online, per inference
 *     2   Party i sends x_i + u_i and z_i + v_i; both open d = x + u and e = z + v.
 *     3   Party i outputs -d v_i - u_i e + [u v]_i, P0 with d e added.
 * </pre>
 *
 * <p>The shares sum to d e - d v - u e + u v = (d - u) (e - v) = x z, exactly. The step's input is
 * the words of x, then those of z.
 *
 * <p>Rounds: 1. Online: 4 bytes per element of both factors and direction. Correction: 4 bytes per
 * element of the product, to one party. Error: none. Probability of failure: 0. Security: see the
 * package; d and e are uniform, since u and v are drawn for them alone. Source: Beaver
 * multiplication (D. Beaver, "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO
 * 1991). Immutable.
 *
 * @param layer the layer's id in the plan
 * @param shape of the first factor and of the product
 * @param factorShape of the second factor: the same number of elements, or one for each channel
 */
public record FusedProduct(int layer, Shape shape, Shape factorShape) implements OneRoundStep {
  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the layer is negative, or the second factor has neither as
   *     many elements as the first, nor one for each channel
   */
  public FusedProduct {
    OneRoundStep.requireLayer(layer);
    int count = factorShape.elementCount();
    boolean perChannel =
        shape.rank() > 0
            && factorShape.rank() > 0
            && count == shape.dim(0)
            && count == factorShape.dim(0);
    if (count != shape.elementCount() && !perChannel) {
      throw new IllegalArgumentException(
          "factor has the shape "
              + factorShape
              + ", must have the elements of "
              + shape
              + " or one for each channel");
    }
    StepParameters.requireArrayLength(layer, (long) shape.elementCount() + count);
  }

  /** Returns the length of an input, and of an opening, in words: those of both factors. */
  @Override
  public int inputCount() {
    return shape.elementCount() + factorShape.elementCount();
  }

  @Override
  public int correctionWordCount() {
    return shape.elementCount();
  }

  @Override
  public Purpose correctionPurpose() {
    return Purpose.PRODUCT_SHARE;
  }

  /** Returns how many consecutive elements of the first factor one of the second belongs to. */
  private int stride() {
    return shape.elementCount() / factorShape.elementCount();
  }

  /**
   * Returns the product in plaintext, modulo 2^32.
   *
   * @param first of the first factor's shape; not written
   * @param second of the second factor's shape; not written
   * @return a new array
   * @throws IllegalArgumentException if a length is wrong
   */
  public int[] multiply(int[] first, int[] second) {
    if (first.length != shape.elementCount() || second.length != factorShape.elementCount()) {
      throw new IllegalArgumentException(
          "factors have " + first.length + " and " + second.length + " words, for " + this);
    }
    int[] product = new int[first.length];
    for (int i = 0; i < product.length; i++) {
      product[i] = first[i] * second[i / stride()];
    }
    return product;
  }

  /**
   * Returns the dealer's side of an epoch.
   *
   * @param receiver who is sent the corrections
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public DealerStep dealer(CorrectionReceiver receiver, KeyedRandom p0, KeyedRandom p1) {
    return new Dealer(this, receiver, p0, p1);
  }

  /**
   * Returns a party's side of an epoch.
   *
   * @param partyId 0 or 1
   * @param receiver who is sent the corrections
   * @param random drawn from the key shared with the dealer
   */
  public PartyStep party(int partyId, CorrectionReceiver receiver, long epoch, KeyedRandom random) {
    return new Party(partyId, this, receiver, epoch, random);
  }

  /** Replaces shares of u v by u v less them. */
  private void completeProducts(int[] masks, int[] share) {
    int stride = stride();
    for (int i = 0; i < share.length; i++) {
      share[i] = masks[i] * masks[share.length + i / stride] - share[i];
    }
  }

  /** Knows the masks of both factors. */
  private static final class Dealer extends DealerStep {
    private final FusedProduct step;

    Dealer(FusedProduct step, CorrectionReceiver receiver, KeyedRandom p0, KeyedRandom p1) {
      super(step, receiver, p0, p1);
      this.step = step;
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. u, then v; the correction is u v less the other party's share of it.
      int[] masks = sharedWords(label(session, 0, Purpose.INPUT_MASK), step.inputCount(), splitter);
      step.completeProducts(masks, share);
      release(masks);
    }
  }

  private static final class Party extends PartyStep {
    private final FusedProduct step;

    Party(
        int partyId,
        FusedProduct step,
        CorrectionReceiver receiver,
        long epoch,
        KeyedRandom random) {
      super(partyId, step, receiver, epoch, random);
      this.step = step;
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      int[] masks = drawWords(session, 0, Purpose.INPUT_MASK, step.inputCount(), splitter);
      return new Material() {
        @Override
        public StepExecution open(Share input) {
          return new Execution(((WordShare) input).words(), masks, share);
        }

        @Override
        public int[] witness(KeyedRandom peerMasks, WorkSplitter splitter) {
          return witnessOf(session, masks, share, peerMasks, splitter);
        }
      };
    }

    /** Returns P0's share of u v: P1 takes its own away from the product, as the dealer. */
    private int[] witnessOf(
        SessionId session, int[] masks, int[] share, KeyedRandom peerMasks, WorkSplitter splitter) {
      if (partyId() == 1) {
        addDrawn(peerMasks, session, Purpose.INPUT_MASK, masks, splitter);
        step.completeProducts(masks, share);
      }
      release(masks);
      return share;
    }

    private final class Execution extends StepExecution {
      private int[] factors;

      /** Shares of u and v. */
      private int[] masks;

      /** This party's masked factors, then d and e. */
      private int[] opened;

      /** The share of u v, then the output. */
      private final int[] output;

      Execution(int[] factors, int[] masks, int[] share) {
        super(Party.this);
        this.factors = factors;
        this.masks = masks;
        this.output = share;
      }

      @Override
      protected int[] firstRound() {
        // 2. Send x_i + u_i and z_i + v_i.
        opened = copy(factors);
        factors = null;
        Words.add(opened, masks);
        return copy(opened);
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 2. Open d and e.
        Words.add(opened, fromPeer);
        ElementParts.run(output.length, splitter, this::evaluate);
        release(masks);
        release(opened);
        masks = null;
        opened = null;
        return null;
      }

      /** 3. -d v_i - u_i e + [u v]_i, and d e at P0: d (e - v_i) there, -d v_i at P1. */
      private void evaluate(int from, int to) {
        int stride = step.stride();
        int own = partyId() == 0 ? -1 : 0;
        for (int i = from; i < to; i++) {
          int at = output.length + i / stride;
          output[i] += opened[i] * ((opened[at] & own) - masks[at]) - masks[i] * opened[at];
        }
      }

      @Override
      protected Share finish() {
        return WordShare.of(step.shape, output);
      }
    }
  }
}
