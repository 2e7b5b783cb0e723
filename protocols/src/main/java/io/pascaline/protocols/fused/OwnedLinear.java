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
import io.pascaline.protocols.step.CorrectionReceiver;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import java.util.Objects;

/**
 * A linear step in Z_2^32 whose weights W are P0's own and secret from P1; * is the layer's map.
 *
 * <pre>
 *   setup, once per epoch
 *     S1  The dealer and P0 draw B, of the shape of W, from their common key.
 *     S2  P0 sends E = W - B to P1.
 *   offline, per inference
 *     1   The dealer and P1 draw the mask A, of the shape of the input, and Z_1, of the shape of
 *         the output, from their common key.
 *     2   The dealer sends Z_0 = B*A - Z_1 to P0.
 *     3   P1 computes y_1 = -(E*A) - Z_1: its output, whatever the input will be.
 *   online, per inference
 *     4   P1 sends x_1 + A to P0.
 *     5   P0 computes C = x_0 + (x_1 + A) and outputs y_0 = W*C - Z_0 + bias.
 *     6   If the step re-shares its input, the shares of x become C at P0 and -A at P1.
 * </pre>
 *
 * <p>The shares sum to W*(x + A) - B*A + Z_1 - E*A - Z_1 = W*x, exactly. The new shares of x sum to
 * C - A = x, exactly.
 *
 * <p>P1 knows y_1 and -A in the offline phase, and with them its share of whatever is computed from
 * y and the re-shared x locally. So it can open the next masked values in advance ({@link
 * PartyStep#openInAdvance}).
 *
 * <p>P0 sees x_1 + A and Z_0, uniform without the key of P1. P1 sees E, uniform without the key of
 * P0. The dealer sees neither.
 *
 * <p>Rounds: 1, a message from P1 to P0. Online: 4 bytes per input element from P1 to P0, nothing
 * back. Correction: 4 bytes per output element, to P0. Setup: 4 bytes per weight from P0 to P1.
 * Error: none. Probability of failure: 0. Work per inference: one convolution at P0 online, one at
 * P1 offline, one at the dealer. Security: see the package. Source: the one-sided case of Beaver
 * multiplication (D. Beaver, "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO
 * 1991). Immutable.
 *
 * @param layer the layer's id in the plan
 * @param map the layer's geometry
 * @param reshares whether the step gives new shares of its input (step 6)
 */
public record OwnedLinear(int layer, LinearMap map, boolean reshares) implements LinearStep {
  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if the layer is negative
   */
  public OwnedLinear {
    Objects.requireNonNull(map, "map");
    OneRoundStep.requireLayer(layer);
  }

  /** A step that does not re-share its input. */
  public OwnedLinear(int layer, LinearMap map) {
    this(layer, map, false);
  }

  /** Returns the length of an input for P1, and 0 for P0, which is silent. */
  @Override
  public int sentWordCount(int partyId, int round) {
    return partyId == 0 ? 0 : roundWordCount(round);
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
   * Returns what P0 sends P1 in the setup: E. The caller owns it.
   *
   * <p>To be sent once per epoch: a second time, with other weights under the same B, would reveal
   * their difference.
   *
   * @param random drawn from the key that P0 shares with the dealer
   * @param weights W, row-major; read, not kept
   */
  public MaskedWords maskWeights(long epoch, KeyedRandom random, WordShare weights) {
    // S2. E = W - B.
    return LinearStep.maskWeights(this, epoch, random, weights);
  }

  /**
   * Returns the side of P0 of an epoch; packs W.
   *
   * @param random drawn from the key that P0 shares with the dealer
   * @param weights W, row-major; read, not kept
   * @param biasOrNull one word per output channel, with the fraction bits of the output; copied
   */
  public PartyStep owner(
      long epoch,
      KeyedRandom random,
      LinearKernel kernel,
      WordShare weights,
      WordShare biasOrNull) {
    Words.requireLength("weights", weights.words().length, weightCount());
    int[] bias = Words.copyOfBias(biasOrNull, channelCount());
    return new Owner(this, epoch, random, kernel, kernel.pack(map, weights.words()), bias);
  }

  /**
   * Returns the side of P1 of an epoch; packs E.
   *
   * @param random drawn from the key that P1 shares with the dealer
   * @param maskedWeights what {@link #maskWeights} returned at P0; read, not kept
   * @throws ProtocolAbortException if E has the wrong length
   */
  public PartyStep peer(
      long epoch, KeyedRandom random, LinearKernel kernel, MaskedWords maskedWeights) {
    int length = maskedWeights.words().length;
    if (length != weightCount()) {
      throw new ProtocolAbortException("masked weights of P0", layer, 0, weightCount(), length);
    }
    return new Peer(this, epoch, random, kernel, kernel.pack(map, maskedWeights.words()));
  }

  /** Knows the masks, no weight and no input. */
  private static final class Dealer extends DealerStep {
    private final OwnedLinear linear;
    private final long epoch;
    private final LinearKernel kernel;
    private final PackedWeights maskB;

    Dealer(OwnedLinear linear, long epoch, KeyedRandom p0, KeyedRandom p1, LinearKernel kernel) {
      super(linear, CorrectionReceiver.PARTY_0, p0, p1);
      this.linear = linear;
      this.epoch = epoch;
      this.kernel = kernel;
      // S1. B, from the key of P0 alone.
      MaskLabel label = LinearStep.weightMask(linear, epoch);
      int[] b = words(0, label, linear.weightCount(), WorkSplitter.sequential());
      this.maskB = kernel.pack(linear.map(), b);
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      session.requireInferenceOf(epoch);
      // 1. A, from the key of P1 alone; the share is Z_1.
      MaskLabel label = label(session, 0, Purpose.INPUT_MASK);
      int[] a = words(1, label, linear.inputCount(), splitter);
      // 2. Z_0 = B*A - Z_1.
      int[] product = take(linear.outputCount());
      kernel.apply(maskB, a, product, splitter);
      release(a);
      for (int i = 0; i < share.length; i++) {
        share[i] = product[i] - share[i];
      }
      release(product);
    }
  }

  /** P0. */
  private static final class Owner extends PartyStep {
    private final OwnedLinear linear;
    private final LinearKernel kernel;
    private final PackedWeights weights;

    /** One word per output channel, or null. */
    private final int[] bias;

    Owner(
        OwnedLinear linear,
        long epoch,
        KeyedRandom random,
        LinearKernel kernel,
        PackedWeights weights,
        int[] bias) {
      super(0, linear, CorrectionReceiver.PARTY_0, epoch, random);
      this.linear = linear;
      this.kernel = kernel;
      this.weights = weights;
      this.bias = bias;
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 2. The share is Z_0.
      return new Material() {
        @Override
        public StepExecution open(Share input) {
          return new Execution(((WordShare) input).words(), share);
        }

        @Override
        public int[] witness(KeyedRandom peerMasks, WorkSplitter splitter) {
          return witnessOf(session, share, peerMasks, splitter);
        }
      };
    }

    /** Returns W*A - Z_0, which is E*A + Z_1 if the dealer's Z_0 is B*A - Z_1. */
    private int[] witnessOf(
        SessionId session, int[] share, KeyedRandom peerMasks, WorkSplitter splitter) {
      int[] a = take(linear.inputCount());
      peerMasks.fill(label(session, 0, Purpose.INPUT_MASK), a, splitter);
      int[] w = take(linear.outputCount());
      kernel.apply(weights, a, w, splitter);
      release(a);
      for (int i = 0; i < w.length; i++) {
        w[i] -= share[i];
      }
      release(share);
      return w;
    }

    private final class Execution extends StepExecution {
      private int[] x;

      /** Z_0. */
      private int[] correction;

      /** C, for later readers of the input; null if the step does not re-share it. */
      private int[] opened;

      private int[] output;

      Execution(int[] x, int[] correction) {
        super(Owner.this);
        this.x = x;
        this.correction = correction;
      }

      @Override
      protected int[] firstRound() {
        // Others may read the input, and change it, once this has returned.
        x = copy(x);
        return new int[0];
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 5. C = x_0 + (x_1 + A).
        int[] c = x;
        x = null;
        Words.add(c, fromPeer);
        // 5. y_0 = W*C - Z_0 + bias.
        int[] y = take(linear.outputCount());
        kernel.apply(weights, c, y, splitter);
        if (linear.reshares()) {
          // 6. C is P0's new share of x.
          opened = c;
        } else {
          release(c);
        }
        for (int i = 0; i < y.length; i++) {
          y[i] -= correction[i];
        }
        release(correction);
        correction = null;
        Words.addBias(y, bias);
        output = y;
        return null;
      }

      @Override
      protected Share finish() {
        return WordShare.of(linear.map().outputShape(), output);
      }

      @Override
      protected Share reshare() {
        return linear.shareOfInputOrNull(opened);
      }
    }
  }

  private WordShare shareOfInputOrNull(int[] wordsOrNull) {
    return wordsOrNull == null ? null : WordShare.of(map.inputShape(), wordsOrNull);
  }

  /** P1. */
  private static final class Peer extends PartyStep {
    private final OwnedLinear linear;
    private final LinearKernel kernel;
    private final PackedWeights maskedWeights;

    Peer(
        OwnedLinear linear,
        long epoch,
        KeyedRandom random,
        LinearKernel kernel,
        PackedWeights maskedWeights) {
      super(1, linear, CorrectionReceiver.PARTY_0, epoch, random);
      this.linear = linear;
      this.kernel = kernel;
      this.maskedWeights = maskedWeights;
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 1. A; the share is Z_1.
      int[] mask = drawWords(session, 0, Purpose.INPUT_MASK, linear.inputCount(), splitter);
      // 3. y_1 = -(E*A) - Z_1.
      int[] y = take(linear.outputCount());
      kernel.apply(maskedWeights, mask, y, splitter);
      for (int i = 0; i < y.length; i++) {
        y[i] = -y[i] - share[i];
      }
      release(share);
      // 6. -A is P1's new share of x.
      int[] negated = linear.reshares() ? negated(mask) : null;
      return new Material() {
        @Override
        public StepExecution open(Share input) {
          return new Execution(((WordShare) input).words(), mask, negated, y);
        }

        @Override
        public Share knownOutput() {
          return WordShare.of(linear.map().outputShape(), y);
        }

        @Override
        public Share knownInput() {
          return linear.shareOfInputOrNull(negated);
        }

        @Override
        public int[] witness(KeyedRandom peerMasks, WorkSplitter splitter) {
          // E*A + Z_1. Others may still read y.
          release(mask);
          return negated(y);
        }
      };
    }

    private int[] negated(int[] words) {
      int[] negated = copy(words);
      Words.negate(negated);
      return negated;
    }

    private final class Execution extends StepExecution {
      private int[] x;
      private int[] mask;

      /** -A, or null, since the offline phase. */
      private final int[] negatedMask;

      /** The output, since the offline phase. */
      private final int[] output;

      Execution(int[] x, int[] mask, int[] negatedMask, int[] output) {
        super(Peer.this);
        this.x = x;
        this.mask = mask;
        this.negatedMask = negatedMask;
        this.output = output;
      }

      @Override
      protected int[] firstRound() {
        // 4. Send x_1 + A.
        int[] masked = mask;
        mask = null;
        Words.add(masked, x);
        x = null;
        return masked;
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        throw new IllegalStateException("P1 is sent nothing");
      }

      @Override
      protected Share finish() {
        return WordShare.of(linear.map().outputShape(), output);
      }

      @Override
      protected Share reshare() {
        return linear.shareOfInputOrNull(negatedMask);
      }
    }
  }
}
