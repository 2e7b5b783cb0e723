// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.random.MaskLabel;
import io.pascaline.protocols.random.Purpose;
import io.pascaline.protocols.share.DoubleWordPlanes;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.Share;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.Arrays;

/**
 * One stage of comparisons: max(0, x) of every element, exactly, for |x| &lt; 2^63. A {@link
 * ClassicComparison} runs one stage or several, one after the other.
 *
 * <p>The sign of x = x0 + x1 is the XOR of both shares' top bits and the carry into them. Per bit,
 * g = x0 AND x1 (a carry arises) and p = x0 XOR x1 (a carry passes). Neighbouring pairs (g, p) are
 * joined to (g_hi XOR p_hi AND g_lo, p_hi AND p_lo), which leaves half as many, in 6 levels. Bits
 * of all elements lie in one stream, 32 to a word, so that joining is the same few word operations
 * whatever the level.
 *
 * <pre>
 *   offline, per inference
 *     1   For g: the dealer draws alpha with P0 alone and beta with P1 alone, and shares
 *         alpha AND beta.
 *     2   For every level: it draws masks of p_hi, g_lo and p_lo, and shares the ANDs of the first
 *         with the others.
 *     3   For the product: it draws a mask a of every x and a bit r, and shares r and a r in Z_2^64.
 *   online, per inference
 *     4   P0 sends d = x0 XOR alpha, P1 sends e = x1 XOR beta. P0 takes x0 AND e as its share of g,
 *         P1 takes d AND beta; both add (XOR) their shares from 1.
 *     5   Six times: the parties open p_hi, g_lo and p_lo under their masks and join the pairs by
 *         bit triples; p_hi keeps its mask in both products. The last level needs no p.
 *     6   Party i now has its share of the sign bit b. The parties open c = b XOR r and d = x - a in
 *         one round.
 *     7   x b = c x + (1 - 2c) (d r + a r); party i outputs x_i - [x b]_i.
 * </pre>
 *
 * <p>Rounds: {@value #ROUNDS} = 1 for g, 6 for the carry, 1 for the product. Online: 64 bits for g,
 * 3 (32 + 16 + 8 + 4 + 2) + 2 for the carry, 65 for the product: 317 bits, 39.6 bytes per element
 * and direction. Correction: 64 + 2 (32 + 16 + 8 + 4 + 2) + 1 + 128, also 317 bits. Error: none.
 * Probability of failure: 0. Source: circuit of R. P. Brent and H. T. Kung, "A Regular Layout for
 * Parallel Adders", 1982, carry only; bit triples of D. Beaver, CRYPTO 1991; the product after D.
 * Escudero, S. Ghosh, M. Keller, R. Rachuri and P. Scholl, "Improved Primitives for MPC over Mixed
 * Arithmetic-Binary Circuits", CRYPTO 2020 (bits shared both ways).
 *
 * @param elementCount elements of the stage
 */
record SignProduct(int elementCount) {
  /** Levels that join 64 pairs to one. */
  static final int LEVELS = 6;

  /** Rounds of one stage. */
  static final int ROUNDS = LEVELS + 2;

  /** The round, within the stage, of the product with the sign. */
  static final int PRODUCT_ROUND = LEVELS + 1;

  SignProduct {
    Shape.of(2, 2, elementCount);
  }

  /**
   * Returns the words of the stream of pairs after a number of levels: 64 bits per element before
   * the first.
   */
  int streamWords(int level) {
    return (2 * elementCount - 1 >> level) + 1;
  }

  /** Returns how many planes of bits a level opens, each under a mask: p_hi, g_lo, p_lo. */
  static int planeCount(int level) {
    return level < LEVELS ? 3 : 2;
  }

  /** Returns the words that a party sends in a round of the stage. */
  int roundWordCount(int round) {
    if (round == 0) {
      return streamWords(0);
    }
    if (round == PRODUCT_ROUND) {
      return 2 * elementCount + streamWords(LEVELS);
    }
    return planeCount(round) * streamWords(round);
  }

  /** Returns where a level's products of masks begin among the stage's dealt bits. */
  int productsAt(int level) {
    int at = streamWords(0);
    for (int earlier = 1; earlier < level; earlier++) {
      at += (planeCount(earlier) - 1) * streamWords(earlier);
    }
    return at;
  }

  /** Returns the words of dealt bits. */
  int bitWordCount() {
    return productsAt(LEVELS + 1);
  }

  /** Returns the dealt elements of Z_2^64: r and a r. */
  int doubleWordCount() {
    return 2 * elementCount;
  }

  /**
   * Where a stage's part of what is dealt begins.
   *
   * @param bits among the words of bits, which come first and are shared by exclusive or
   * @param doubleWords among the elements of Z_2^64, whose planes follow
   */
  private record Offsets(int bits, int doubleWords) {
    /** Returns a stage's offsets; of the number of stages, the lengths of everything. */
    static Offsets of(ClassicComparison comparison, int stage) {
      int bits = 0;
      int doubleWords = 0;
      for (int earlier = 0; earlier < stage; earlier++) {
        SignProduct product = new SignProduct(comparison.comparisonCount(earlier));
        bits += product.bitWordCount();
        doubleWords += product.doubleWordCount();
      }
      return new Offsets(bits, doubleWords);
    }

    static Offsets end(ClassicComparison comparison) {
      return of(comparison, comparison.stageCount());
    }
  }

  /** Deals for all stages of a comparison. */
  static final class Dealer extends DealerStep {
    private final ClassicComparison comparison;

    Dealer(ClassicComparison comparison, KeyedRandom p0, KeyedRandom p1) {
      super(comparison, p0, p1);
      this.comparison = comparison;
    }

    @Override
    protected void complete(SessionId session, int[] share, WorkSplitter splitter) {
      Offsets end = Offsets.end(comparison);
      int[] bits = new int[end.bits()];
      long[] doubleWords = new long[end.doubleWords()];
      for (int stage = 0; stage < comparison.stageCount(); stage++) {
        dealStage(session, stage, bits, doubleWords, splitter);
      }
      for (int i = 0; i < bits.length; i++) {
        share[i] ^= bits[i];
      }
      int count = doubleWords.length;
      DoubleWordPlanes.subtractFrom(doubleWords, count, share, bits.length, bits.length + count);
    }

    private void dealStage(
        SessionId session, int stage, int[] bits, long[] doubleWords, WorkSplitter splitter) {
      SignProduct product = new SignProduct(comparison.comparisonCount(stage));
      Offsets at = Offsets.of(comparison, stage);
      int round = stage * ROUNDS;
      // 1. alpha and beta.
      MaskLabel oneSided = label(session, round, Purpose.ONE_SIDED_MASK);
      int[] alpha = words(0, oneSided, product.streamWords(0), splitter);
      int[] beta = words(1, oneSided, alpha.length, splitter);
      for (int i = 0; i < alpha.length; i++) {
        bits[at.bits() + i] = alpha[i] & beta[i];
      }
      // 2. Products of the masks: p_hi with g_lo, and with p_lo.
      for (int level = 1; level <= LEVELS; level++) {
        int length = product.streamWords(level);
        int products = planeCount(level) - 1;
        MaskLabel label = label(session, round + level, Purpose.BIT_MASK);
        int[] masks = sharedBits(label, (products + 1) * length, splitter);
        int to = at.bits() + product.productsAt(level);
        for (int i = 0; i < products * length; i++) {
          bits[to + i] = masks[i % length] & masks[length + i];
        }
      }
      // 3. r and a r.
      int last = round + PRODUCT_ROUND;
      int count = product.elementCount();
      long[] a = sharedDoubleWords(label(session, last, Purpose.OPENING_MASK), count);
      int signWords = product.streamWords(LEVELS);
      int[] r = sharedBits(label(session, last, Purpose.BIT_MASK), signWords, splitter);
      for (int i = 0; i < count; i++) {
        long bit = BitStream.bit(r, i);
        doubleWords[at.doubleWords() + i] = bit;
        doubleWords[at.doubleWords() + count + i] = a[i] * bit;
      }
    }
  }

  /** A party's side of all stages of a comparison. */
  static final class Party extends PartyStep {
    private final ClassicComparison comparison;

    Party(int partyId, ClassicComparison comparison, long epoch, KeyedRandom random) {
      super(partyId, comparison, epoch, random);
      this.comparison = comparison;
    }

    @Override
    protected Material material(SessionId session, int[] share, WorkSplitter splitter) {
      Offsets end = Offsets.end(comparison);
      long[] doubleWords = DoubleWordPlanes.join(share, end.bits(), end.doubleWords());
      // What was joined is not kept a second time.
      int[] bits = Arrays.copyOf(share, end.bits());
      StageMaterial[] stages = new StageMaterial[comparison.stageCount()];
      for (int stage = 0; stage < stages.length; stage++) {
        stages[stage] = stageMaterial(session, stage, bits, doubleWords, splitter);
      }
      return input -> new Execution(((DoubleWordShare) input).doubleWords(), stages);
    }

    private StageMaterial stageMaterial(
        SessionId session, int stage, int[] bits, long[] doubleWords, WorkSplitter splitter) {
      SignProduct product = new SignProduct(comparison.comparisonCount(stage));
      int round = stage * ROUNDS;
      int[][] masks = new int[ROUNDS][];
      // 1. alpha at P0, beta at P1.
      masks[0] =
          drawWords(session, round, Purpose.ONE_SIDED_MASK, product.streamWords(0), splitter);
      // 2. Shares of the levels' masks.
      for (int level = 1; level <= LEVELS; level++) {
        int count = product.roundWordCount(level);
        masks[level] = drawWords(session, round + level, Purpose.BIT_MASK, count, splitter);
      }
      // 3. Shares of r, by exclusive or, and of a.
      int last = round + PRODUCT_ROUND;
      int signWords = product.streamWords(LEVELS);
      masks[PRODUCT_ROUND] = drawWords(session, last, Purpose.BIT_MASK, signWords, splitter);
      long[] a = drawDoubleWords(session, last, Purpose.OPENING_MASK, product.elementCount());
      return new StageMaterial(product, masks, a, bits, doubleWords, Offsets.of(comparison, stage));
    }

    private final class Execution extends StepExecution {
      private final StageMaterial[] material;
      private long[] values;
      private Stage stage;

      Execution(long[] input, StageMaterial[] material) {
        super(Party.this);
        this.values = comparison.reduction().begin(input);
        this.material = material;
      }

      @Override
      protected int[] firstRound() {
        return material.length == 0 ? new int[0] : begin(0);
      }

      private int[] begin(int number) {
        long[] compared = comparison.reduction().compared(number, values);
        stage = new Stage(partyId(), material[number], compared);
        material[number] = null;
        return stage.start();
      }

      @Override
      protected int[] nextRound(int round, int[] fromPeer, WorkSplitter splitter) {
        int[] next = stage.receive(round % ROUNDS, fromPeer);
        if (next != null) {
          return next;
        }
        int number = round / ROUNDS;
        values = comparison.reduction().next(number, values, stage.positives);
        stage = null;
        return number + 1 == material.length ? null : begin(number + 1);
      }

      @Override
      protected Share finish() {
        return DoubleWordShare.of(comparison.outputShape(), values);
      }
    }
  }

  /**
   * What a party holds for a stage.
   *
   * @param masks by round: one-sided masks, masks of the planes of a level, masks of the signs
   * @param inputMask its share of a
   * @param bits its share of what is dealt in words of bits, for all stages
   * @param doubleWords its share of what is dealt in Z_2^64, for all stages
   */
  private record StageMaterial(
      SignProduct product,
      int[][] masks,
      long[] inputMask,
      int[] bits,
      long[] doubleWords,
      Offsets at) {}

  /** One party's run of a stage; the order of calls is the caller's business. */
  private static final class Stage {
    private final int partyId;
    private final SignProduct product;
    private final StageMaterial material;
    private final long[] x;

    /** This party's shares of the pairs' g; x_i gives those of p. */
    private int[] generate;

    private int[] propagate;

    /** This party's masked words of the current round. */
    private int[] own;

    /** This party's share of max(0, x), after the last round. */
    private long[] positives;

    /**
     * Creates the run.
     *
     * @param x this party's share of what is compared; taken over
     */
    Stage(int partyId, StageMaterial material, long[] x) {
      this.partyId = partyId;
      this.product = material.product();
      this.material = material;
      this.x = x;
    }

    int[] start() {
      // 4. Send x_i, moved up by one bit, under the one-sided mask.
      propagate = BitStream.movedUp(x);
      return masked(0, propagate);
    }

    /** Returns the next round's masked words; null after the last round. */
    int[] receive(int round, int[] fromPeer) {
      if (round == PRODUCT_ROUND) {
        multiply(fromPeer);
        return null;
      }
      if (round == 0) {
        generate(fromPeer);
      } else {
        join(round, fromPeer);
      }
      return round < LEVELS ? split(round + 1) : maskProduct();
    }

    private int[] masked(int round, int[]... planes) {
      int length = planes[0].length;
      int[] mask = material.masks()[round];
      int[] words = new int[planes.length * length];
      for (int plane = 0; plane < planes.length; plane++) {
        int at = plane * length;
        for (int i = 0; i < length; i++) {
          words[at + i] = planes[plane][i] ^ mask[at + i];
        }
      }
      own = words;
      return words.clone();
    }

    /** 4. P0: x0 and e; P1: d and beta; both with their share of alpha and beta. */
    private void generate(int[] fromPeer) {
      int[] factor = partyId == 0 ? propagate : material.masks()[0];
      int[] bits = material.bits();
      int at = material.at().bits();
      generate = new int[fromPeer.length];
      for (int i = 0; i < fromPeer.length; i++) {
        generate[i] = factor[i] & fromPeer[i] ^ bits[at + i];
      }
    }

    /** 5. Parts the stream into odd and even bits; {@code own} keeps them masked. */
    private int[] split(int level) {
      int[] high = BitStream.half(propagate, 1);
      int[] low = BitStream.half(generate, 0);
      int[] words =
          level < LEVELS
              ? masked(level, high, low, BitStream.half(propagate, 0))
              : masked(level, high, low);
      generate = BitStream.half(generate, 1);
      return words;
    }

    /** 5. Joins pairs. */
    private void join(int level, int[] fromPeer) {
      int[] opened = own;
      for (int i = 0; i < opened.length; i++) {
        opened[i] ^= fromPeer[i];
      }
      int length = generate.length;
      for (int i = 0; i < length; i++) {
        generate[i] ^= product(level, opened, i, length + i);
      }
      if (level < LEVELS) {
        propagate = new int[length];
        for (int i = 0; i < length; i++) {
          propagate[i] = product(level, opened, i, 2 * length + i);
        }
      }
    }

    /** This party's share of the product of two opened, masked words; the first is of plane 0. */
    private int product(int level, int[] opened, int first, int second) {
      int[] masks = material.masks()[level];
      int dealt = material.at().bits() + product.productsAt(level) + second - generate.length;
      int both = partyId == 0 ? opened[first] & opened[second] : 0;
      return material.bits()[dealt]
          ^ opened[first] & masks[second]
          ^ opened[second] & masks[first]
          ^ both;
    }

    /** 6. Masks the sign bits by r, and x by a. */
    private int[] maskProduct() {
      int[] signs = BitStream.signs(x);
      int[] mask = material.masks()[PRODUCT_ROUND];
      long[] d = new long[x.length];
      for (int i = 0; i < x.length; i++) {
        d[i] = x[i] - material.inputMask()[i];
      }
      int[] words = new int[product.roundWordCount(PRODUCT_ROUND)];
      DoubleWordPlanes.split(d, words, 0);
      for (int i = 0; i < signs.length; i++) {
        words[2 * x.length + i] = signs[i] ^ generate[i] ^ mask[i];
      }
      generate = null;
      own = words;
      return words.clone();
    }

    /** 7. Opens c and d, and multiplies. */
    private void multiply(int[] fromPeer) {
      long[] d = new long[x.length];
      DoubleWordPlanes.join(own, 0, d);
      DoubleWordPlanes.joinAndAdd(fromPeer, 0, d);
      int signsAt = 2 * x.length;
      int[] c = new int[product.streamWords(LEVELS)];
      for (int i = 0; i < c.length; i++) {
        c[i] = own[signsAt + i] ^ fromPeer[signsAt + i];
      }
      long[] dealt = material.doubleWords();
      int r = material.at().doubleWords();
      int ar = r + x.length;
      positives = new long[x.length];
      for (int i = 0; i < x.length; i++) {
        long bit = BitStream.bit(c, i);
        long negative = bit * x[i] + (1 - 2 * bit) * (d[i] * dealt[r + i] + dealt[ar + i]);
        positives[i] = x[i] - negative;
      }
      own = null;
    }
  }
}
