// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import java.util.Objects;

/**
 * A linear step in Z_2^32 whose weights W are secret from both parties; * is the layer's map.
 *
 * <pre>
 *   setup, once per epoch
 *     S1  The dealer draws B, of the shape of W; party i draws its share B_i.
 *     S2  Party i sends E_i = W_i - B_i; both open E = W - B.
 *     S3  Party i keeps E, and its weights W_0 = E + B_0, W_1 = B_1.
 *   offline, per inference
 *     1   The dealer draws A, of the shape of the input, and shares B*A.
 *     2   Party i computes U_i = -(E*A_i) - [B*A]_i, and adds its share of the bias.
 *   online, per inference
 *     3   Party i sends x_i + A_i; both open C = x + A.
 *     4   Party i outputs y_i = W_i*C + U_i.
 * </pre>
 *
 * <p>The shares sum to W*(x + A) - E*A - B*A = W*x, exactly.
 *
 * <p>Rounds: 1. Online: 4 bytes per input element and direction. Correction: 4 bytes per output
 * element, to one party. Setup: 4 bytes per weight and direction. Error: none. Probability of
 * failure: 0. Work per inference: one convolution at each party online, one offline, one at the
 * dealer. Security: see the package. Source: Beaver multiplication (D. Beaver, "Efficient
 * Multiparty Protocols Using Circuit Randomization", CRYPTO 1991) with the weights' opening done
 * once. Immutable.
 *
 * @param layer the layer's id in the plan
 * @param map the layer's geometry
 */
public record FusedLinear(int layer, LinearMap map) implements LinearStep {
  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the layer is negative
   */
  public FusedLinear {
    Objects.requireNonNull(map, "map");
    OneRoundStep.requireLayer(layer);
  }

  /**
   * Returns the dealer's side of an epoch: draws and packs B.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public DealerStep dealer(long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
    return new Dealer(this, epoch, p0, p1, kernel);
  }

  /**
   * Returns a party's share of the weight opening, E_i = W_i - B_i. The caller owns it.
   *
   * <p>To be opened once per epoch: a second opening, with other weights under the same B, would
   * reveal their difference.
   *
   * @param random drawn from the key shared with the dealer
   * @param weights the party's share of W, row-major; read, not kept
   */
  public MaskedWords maskWeights(int partyId, long epoch, KeyedRandom random, WordShare weights) {
    PartyStep.requirePartyId(partyId);
    // S2. E_i = W_i - B_i.
    return LinearStep.maskWeights(this, epoch, random, weights);
  }

  /**
   * Returns a party's side of an epoch whose weights are open under their mask; packs E and the
   * party's weights.
   *
   * @param random drawn from the key shared with the dealer
   * @param own what {@link #maskWeights} returned; read, not kept
   * @param peer what it returned at the peer; read, not kept
   * @param biasOrNull the party's share of the bias: one word per output channel, with the fraction
   *     bits of the output; copied
   * @throws ProtocolAbortException if the peer's share has the wrong length
   */
  public PartyStep party(
      int partyId,
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      MaskedWords own,
      MaskedWords peer,
      WordShare biasOrNull) {
    Words.requireLength("own", own.words().length, weightCount());
    if (peer.words().length != weightCount()) {
      throw new ProtocolAbortException(
          "weight opening of the peer", layer, 0, weightCount(), peer.words().length);
    }
    int[] bias = Words.copyOfBias(biasOrNull, channelCount());
    // S2. E = E_0 + E_1.
    int[] openedE = own.words().clone();
    Words.add(openedE, peer.words());
    return new Party(partyId, this, epoch, random, kernel, openedE, bias);
  }

  /** Knows the masks, no weight and no input. */
  private static final class Dealer extends DealerStep {
    private final FusedLinear linear;
    private final long epoch;
    private final LinearKernel kernel;
    private final PackedWeights maskB;

    Dealer(FusedLinear linear, long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
      super(linear, p0, p1);
      this.linear = linear;
      this.epoch = epoch;
      this.kernel = kernel;
      // S1. B = B_0 + B_1.
      MaskLabel label = LinearStep.weightMask(linear, epoch);
      int[] b = sharedWords(label, linear.weightCount(), WorkSplitter.sequential());
      this.maskB = kernel.pack(linear.map(), b);
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      session.requireInferenceOf(epoch);
      // 1. A = A_0 + A_1; the correction is B*A less the other party's share of it.
      MaskLabel label = label(session, 0, Purpose.INPUT_MASK);
      int[] a = sharedWords(label, linear.inputCount(), splitter);
      int[] product = take(linear.outputCount());
      kernel.apply(maskB, a, product, splitter);
      release(a);
      for (int i = 0; i < share.length; i++) {
        share[i] = product[i] - share[i];
      }
      release(product);
    }
  }

  private static final class Party extends PartyStep {
    private final FusedLinear linear;
    private final LinearKernel kernel;
    private final PackedWeights openedE;
    private final PackedWeights ownWeights;

    /** One word per output channel, or null. */
    private final int[] bias;

    Party(
        int partyId,
        FusedLinear linear,
        long epoch,
        KeyedRandom random,
        LinearKernel kernel,
        int[] openedE,
        int[] bias) {
      super(partyId, linear, epoch, random);
      this.linear = linear;
      this.kernel = kernel;
      this.bias = bias;
      // S3. W_0 = E + B_0, W_1 = B_1.
      int[] weights = new int[linear.weightCount()];
      random.fill(LinearStep.weightMask(linear, epoch), weights);
      if (partyId == 0) {
        Words.add(weights, openedE);
      }
      this.openedE = kernel.pack(linear.map(), openedE);
      this.ownWeights = kernel.pack(linear.map(), weights);
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 2. U_i = -(E*A_i) - [B*A]_i, and the bias.
      int[] mask = drawWords(session, 0, Purpose.INPUT_MASK, linear.inputCount(), splitter);
      int[] u = take(linear.outputCount());
      kernel.apply(openedE, mask, u, splitter);
      for (int i = 0; i < u.length; i++) {
        u[i] = -u[i] - share[i];
      }
      release(share);
      Words.addBias(u, bias);
      return new Material() {
        @Override
        public StepExecution open(Share input) {
          return new Execution(((WordShare) input).words(), mask, u);
        }

        @Override
        public int[] witness(KeyedRandom peerMasks, WorkSplitter splitter) {
          return witnessOf(session, mask, u, peerMasks, splitter);
        }
      };
    }

    /**
     * Returns w_0 = W_0*A + U_0 - bias_0, or w_1 = -(W_1*A + U_1 - bias_1): their difference is W*A
     * - E*A - [B*A]_0 - [B*A]_1, which is 0 if the dealer's shares sum to B*A.
     */
    private int[] witnessOf(
        SessionId session, int[] mask, int[] u, KeyedRandom peerMasks, WorkSplitter splitter) {
      addDrawn(peerMasks, session, Purpose.INPUT_MASK, mask, splitter);
      int[] w = take(linear.outputCount());
      kernel.apply(ownWeights, mask, w, splitter);
      release(mask);
      Words.add(w, u);
      release(u);
      Words.negate(w);
      Words.addBias(w, bias);
      if (partyId() == 0) {
        Words.negate(w);
      }
      return w;
    }

    private final class Execution extends StepExecution {
      private int[] x;

      /** The mask's share, then this party's masked input, then the opened one. */
      private int[] masked;

      /** U_i, then the output. */
      private int[] output;

      Execution(int[] x, int[] mask, int[] u) {
        super(Party.this);
        this.x = x;
        this.masked = mask;
        this.output = u;
      }

      @Override
      protected int[] firstRound() {
        // 3. Send x_i + A_i.
        Words.add(masked, x);
        x = null;
        return copy(masked);
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 3. C = x + A.
        int[] c = masked;
        masked = null;
        Words.add(c, fromPeer);
        // 4. y_i = W_i*C + U_i.
        int[] y = take(linear.outputCount());
        kernel.apply(ownWeights, c, y, splitter);
        release(c);
        Words.add(y, output);
        release(output);
        output = y;
        return null;
      }

      @Override
      protected Share finish() {
        return WordShare.of(linear.map().outputShape(), output);
      }
    }
  }
}
