// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.DoubleWordLinear;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.ProtocolAbortException;
import io.pascaline.protocols.step.StepExecution;
import io.pascaline.protocols.step.StepParameters;
import java.util.Objects;

/**
 * A linear step in Z_2^64 whose weights W are secret from both parties, with a local truncation of
 * its output; * is the layer's map.
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
 *     4   Party i computes y_i = W_i*C + U_i, truncates it locally and outputs it.
 * </pre>
 *
 * <p>Before the truncation the shares sum to W*(x + A) - E*A - B*A = W*x, exactly.
 *
 * <p>Rounds: 1. Online: 8 bytes per input element and direction. Correction: 8 bytes per output
 * element, to one party. Setup: 8 bytes per weight and direction. Error: {@link #errorBoundUlps}.
 * Probability of failure: {@link #failureProbability}. Work per inference: one convolution at each
 * party online, one offline, one at the dealer. Security: see the package. Source: D. Beaver,
 * "Efficient Multiparty Protocols Using Circuit Randomization", CRYPTO 1991, with the weights'
 * opening done once; truncation of P. Mohassel and Y. Zhang, "SecureML", IEEE S&amp;P 2017.
 * Immutable.
 *
 * @param layer the layer's id in the plan
 * @param map the layer's geometry
 * @param truncatedBits dropped from the output, 0 to 62; as a rule the weights' fraction bits
 * @param outputBound what the magnitude of the exact output, bias included, does not exceed before
 *     the truncation, as an integer; below 2^62
 */
public record ClassicLinear(int layer, LinearMap map, int truncatedBits, double outputBound)
    implements StepParameters {
  private static final double LIMIT = 0x1.0p62;

  /**
   * Checks the parameters.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public ClassicLinear {
    Objects.requireNonNull(map, "map");
    if (layer < 0) {
      throw new IllegalArgumentException("layer must not be negative: " + layer);
    }
    if (truncatedBits < 0 || truncatedBits > 62) {
      throw new IllegalArgumentException("truncatedBits must be 0 to 62: " + truncatedBits);
    }
    if (!(outputBound >= 0 && outputBound < LIMIT)) {
      throw new IllegalArgumentException(
          "outputBound must be 0 to less than " + LIMIT + ": " + outputBound);
    }
    StepParameters.requireArrayLength(layer, 2L * map.inputShape().elementCount());
    StepParameters.requireArrayLength(layer, 2L * map.outputShape().elementCount());
    StepParameters.requireArrayLength(layer, 2L * map.weightShape().elementCount());
  }

  @Override
  public Ring ring() {
    return Ring.DOUBLE_WORDS;
  }

  /** Returns the length of an input, in 64-bit elements. */
  @Override
  public int inputCount() {
    return map.inputShape().elementCount();
  }

  /** Returns the length of an output, in 64-bit elements. */
  public int outputCount() {
    return map.outputShape().elementCount();
  }

  /** Returns the length of the weights, in 64-bit elements. */
  public int weightCount() {
    return map.weightShape().elementCount();
  }

  /** Returns the output channels, of which each has one element of bias. */
  public int channelCount() {
    return map.outputShape().dim(0);
  }

  @Override
  public int roundCount() {
    return 1;
  }

  /** Returns the words of an opening: two per input element. */
  @Override
  public int roundWordCount(int round) {
    Objects.checkIndex(round, 1);
    return 2 * inputCount();
  }

  /** Returns the words of a correction: two per output element. */
  @Override
  public int correctionWordCount() {
    return 2 * outputCount();
  }

  @Override
  public Purpose correctionPurpose() {
    return Purpose.CORRELATION_SHARE;
  }

  /** Returns the words of the weights' opening in one direction: two per weight. */
  public int setupWordCount() {
    return 2 * weightCount();
  }

  /** Returns who published the protocol. */
  public String source() {
    return "Beaver products with the weights opened once; SecureML truncation";
  }

  /** Returns the error in units of the output's last place, unless a share wraps. */
  public double errorBoundUlps() {
    return truncatedBits == 0 ? 0 : Truncation.ERROR_BOUND_ULPS;
  }

  /**
   * Returns the probability, at most, that a share of any output element wraps when it is
   * truncated, which makes that element wrong.
   */
  public double failureProbability() {
    return truncatedBits == 0 ? 0 : Truncation.failureProbability(outputCount(), outputBound);
  }

  /** Returns the probability, at most, that a share of one output element wraps. */
  public double failureProbabilityPerElement() {
    return truncatedBits == 0 ? 0 : Truncation.failureProbability(1, outputBound);
  }

  /**
   * Returns the step's function in plaintext.
   *
   * @param biasOrNull one element per output channel, at the scale before the truncation
   */
  public long[] plaintext(long[] weights, long[] biasOrNull, long[] input) {
    long[] output = new long[outputCount()];
    LinearKernels.doubleWord(map, weights).apply(input, output, WorkSplitter.sequential());
    addBias(biasOrNull, output);
    for (int i = 0; i < output.length; i++) {
      output[i] >>= truncatedBits;
    }
    return output;
  }

  private static void addBias(long[] biasOrNull, long[] output) {
    if (biasOrNull == null) {
      return;
    }
    int channelLength = output.length / biasOrNull.length;
    int at = 0;
    for (long bias : biasOrNull) {
      for (int end = at + channelLength; at < end; at++) {
        output[at] += bias;
      }
    }
  }

  private MaskLabel weightMask(long epoch) {
    return new MaskLabel(SessionId.setup(epoch), layer, 0, Purpose.WEIGHT_MASK);
  }

  /**
   * Returns the dealer's side of an epoch: draws B.
   *
   * @param p0 drawn from the key shared with P0
   * @param p1 drawn from the key shared with P1
   */
  public DealerStep dealer(long epoch, KeyedRandom p0, KeyedRandom p1) {
    return new Dealer(this, epoch, p0, p1);
  }

  /**
   * Returns a party's share of the weight opening, E_i = W_i - B_i, as planes. The caller owns it.
   *
   * <p>To be opened once per epoch: a second opening, with other weights under the same B, would
   * reveal their difference.
   *
   * @param random drawn from the key shared with the dealer
   * @param weights the party's share of W, row-major; read, not kept
   */
  public MaskedWords maskWeights(
      int partyId, long epoch, KeyedRandom random, DoubleWordShare weights) {
    PartyStep.requirePartyId(partyId);
    requireLength("weights", weights.doubleWords().length, weightCount());
    // S2. E_i = W_i - B_i.
    long[] masked = new long[weightCount()];
    random.fill(weightMask(epoch), masked);
    long[] w = weights.doubleWords();
    for (int i = 0; i < masked.length; i++) {
      masked[i] = w[i] - masked[i];
    }
    return MaskedWords.of(DoubleWordPlanes.split(masked));
  }

  /**
   * Returns a party's side of an epoch whose weights are open under their mask.
   *
   * @param random drawn from the key shared with the dealer
   * @param own what {@link #maskWeights} returned; read, not kept
   * @param peer what it returned at the peer; read, not kept
   * @param biasOrNull the party's share of the bias: one element per output channel, at the scale
   *     before the truncation; copied
   * @throws ProtocolAbortException if the peer's share has the wrong length
   */
  public PartyStep party(
      int partyId,
      long epoch,
      KeyedRandom random,
      MaskedWords own,
      MaskedWords peer,
      DoubleWordShare biasOrNull) {
    requireLength("own", own.words().length, setupWordCount());
    if (peer.words().length != setupWordCount()) {
      throw new ProtocolAbortException(
          "weight opening of the peer", layer, 0, setupWordCount(), peer.words().length);
    }
    long[] bias = null;
    if (biasOrNull != null) {
      requireLength("bias", biasOrNull.doubleWords().length, channelCount());
      bias = biasOrNull.doubleWords().clone();
    }
    // S2. E = E_0 + E_1.
    long[] openedE = DoubleWordPlanes.join(own.words(), 0, weightCount());
    DoubleWordPlanes.joinAndAdd(peer.words(), 0, openedE);
    return new Party(partyId, this, epoch, random, openedE, bias);
  }

  private static void requireLength(String name, int actual, int expected) {
    if (actual != expected) {
      throw new IllegalArgumentException(name + " has length " + actual + ", expected " + expected);
    }
  }

  /** Knows the masks, no weight and no input. */
  private static final class Dealer extends DealerStep {
    private final ClassicLinear linear;
    private final long epoch;
    private final DoubleWordLinear maskB;

    Dealer(ClassicLinear linear, long epoch, KeyedRandom p0, KeyedRandom p1) {
      super(linear, p0, p1);
      this.linear = linear;
      this.epoch = epoch;
      // S1. B = B_0 + B_1.
      long[] b = sharedDoubleWords(linear.weightMask(epoch), linear.weightCount());
      this.maskB = LinearKernels.doubleWord(linear.map(), b);
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      session.requireInferenceOf(epoch);
      // 1. A = A_0 + A_1; the correction is B*A less the other party's share of it.
      long[] a = sharedDoubleWords(label(session, 0, Purpose.INPUT_MASK), linear.inputCount());
      long[] product = new long[linear.outputCount()];
      maskB.apply(a, product, splitter);
      DoubleWordPlanes.subtractFrom(product, product.length, share, 0, product.length);
    }
  }

  private static final class Party extends PartyStep {
    private final ClassicLinear linear;
    private final DoubleWordLinear openedE;
    private final DoubleWordLinear ownWeights;

    /** One element per output channel, or null. */
    private final long[] bias;

    Party(
        int partyId,
        ClassicLinear linear,
        long epoch,
        KeyedRandom random,
        long[] openedE,
        long[] bias) {
      super(partyId, linear, epoch, random);
      this.linear = linear;
      this.bias = bias;
      // S3. W_0 = E + B_0, W_1 = B_1.
      long[] weights = new long[linear.weightCount()];
      random.fill(linear.weightMask(epoch), weights);
      if (partyId == 0) {
        for (int i = 0; i < weights.length; i++) {
          weights[i] += openedE[i];
        }
      }
      this.openedE = LinearKernels.doubleWord(linear.map(), openedE);
      this.ownWeights = LinearKernels.doubleWord(linear.map(), weights);
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      // 2. U_i = -(E*A_i) - [B*A]_i, and the bias.
      long[] mask = drawDoubleWords(session, 0, Purpose.INPUT_MASK, linear.inputCount());
      long[] product = DoubleWordPlanes.join(share, 0, linear.outputCount());
      long[] u = new long[product.length];
      openedE.apply(mask, u, splitter);
      for (int i = 0; i < u.length; i++) {
        u[i] = -u[i] - product[i];
      }
      addBias(bias, u);
      return input -> new Execution(((DoubleWordShare) input).doubleWords(), mask, u);
    }

    private final class Execution extends StepExecution {
      private long[] x;

      /** The mask's share, then this party's masked input, then the opened one. */
      private long[] masked;

      /** U_i, then the output. */
      private long[] output;

      Execution(long[] x, long[] mask, long[] u) {
        super(Party.this);
        this.x = x;
        this.masked = mask;
        this.output = u;
      }

      @Override
      protected int[] firstRound() {
        // 3. Send x_i + A_i.
        for (int i = 0; i < masked.length; i++) {
          masked[i] += x[i];
        }
        x = null;
        return DoubleWordPlanes.split(masked);
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        // 3. C = x + A.
        long[] c = masked;
        masked = null;
        DoubleWordPlanes.joinAndAdd(fromPeer, 0, c);
        // 4. y_i = W_i*C + U_i, truncated.
        long[] y = new long[linear.outputCount()];
        ownWeights.apply(c, y, splitter);
        for (int i = 0; i < y.length; i++) {
          y[i] += output[i];
        }
        Truncation.truncate(partyId(), y, linear.truncatedBits());
        output = y;
        return null;
      }

      @Override
      protected Share finish() {
        return DoubleWordShare.of(linear.map().outputShape(), output);
      }
    }
  }
}
