// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.RandomHarmonics;
import io.pascaline.protocols.activation.TrigonometricBasis;
import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.ExactMaxPool;
import io.pascaline.protocols.classic.ExactRelu;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.FusedLinear;
import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.fused.HarmonicActivation;
import io.pascaline.protocols.fused.OwnedLinear;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import java.util.SplittableRandom;

/** The protocols that the laws are asked of. Costs are written down as their formulas give them. */
final class Cases {
  /** Published coefficients, degree 4, no cubic term. */
  static final PolynomialBasis QUARTIC =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  /** Every power, of the highest degree. */
  static final PolynomialBasis OCTIC =
      new PolynomialBasis(0.25, -0.5, 0.3, 0.125, -0.07, 0.05, 0.03, -0.02, 0.01);

  private static final int LAYER = 3;
  private static final Shape SHAPE = Shape.of(4, 1024);
  private static final int F = 16;
  private static final Convolution2d MAP =
      new Convolution2d(5, 29, 29, 6, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);

  private Cases() {}

  static ProtocolCase fusedPolynomial() {
    return new FusedCase(FusedActivation.plan(LAYER, SHAPE, QUARTIC, 26, 12));
  }

  static ProtocolCase fusedTrigonometric() {
    double[] cosines = {-0.81, 0.125, -0.09};
    double[] sines = {0.25, 0, 0.0625};
    return new FusedCase(
        FusedActivation.plan(
            LAYER, SHAPE, new TrigonometricBasis(0.7, 0.5, 11.5, cosines, sines), 24, 12));
  }

  /** Harmonics of four channels, alone: right in the whole ring. */
  static ProtocolCase harmonics() {
    HarmonicFunction f = RandomHarmonics.random(4, 3, false, 40, new SplittableRandom(7));
    return new HarmonicCase(HarmonicActivation.plan(LAYER, SHAPE, f, 26, 12));
  }

  /** As many as the design's default, with a line. */
  static ProtocolCase harmonicsWithLine() {
    HarmonicFunction f = RandomHarmonics.random(4, 6, true, 40, new SplittableRandom(8));
    return new HarmonicCase(HarmonicActivation.plan(LAYER, SHAPE, f, 26, 12));
  }

  /** Returns a product of each channel with one factor, as of a squeeze-and-excitation block. */
  static ProtocolCase fusedChannelProduct() {
    return new FusedProductCase(
        new FusedProduct(LAYER, Shape.of(2048, 2, 2), Shape.of(2048, 1, 1)));
  }

  static ProtocolCase fusedProduct() {
    return new FusedProductCase(new FusedProduct(LAYER, SHAPE, SHAPE));
  }

  static ProtocolCase fusedLinear() {
    int[] weights = new SplittableRandom(5).ints(MAP.weightShape().elementCount()).toArray();
    return new FusedLinearCase(new FusedLinear(LAYER, MAP), weights);
  }

  static ProtocolCase ownedLinear() {
    int[] weights = new SplittableRandom(5).ints(MAP.weightShape().elementCount()).toArray();
    return new OwnedLinearCase(new OwnedLinear(LAYER, MAP), weights);
  }

  /** As after an owned linear step: P1 gets nothing from the dealer. */
  static ProtocolCase fusedPolynomialToParty0() {
    return new FusedCase(FusedActivation.plan(LAYER, SHAPE, QUARTIC, 26, 12))
        .withCorrectionsToParty0();
  }

  static ProtocolCase harmonicsToParty0() {
    HarmonicFunction f = RandomHarmonics.random(4, 6, true, 40, new SplittableRandom(8));
    return new HarmonicCase(HarmonicActivation.plan(LAYER, SHAPE, f, 26, 12))
        .withCorrectionsToParty0();
  }

  static ProtocolCase fusedProductToParty0() {
    return new FusedProductCase(new FusedProduct(LAYER, SHAPE, SHAPE)).withCorrectionsToParty0();
  }

  /** Inputs up to 8 and weights up to 1 with 16 fraction bits; 45 products and a bias. */
  static ProtocolCase classicLinear() {
    SplittableRandom random = new SplittableRandom(6);
    long[] weights = random.longs(MAP.weightShape().elementCount(), -(1 << 16), 1 << 16).toArray();
    long[] bias = random.longs(6, -(1L << 34), 1L << 34).toArray();
    double bound = 45 * 0x1p16 * 0x1p19 + 0x1p34;
    return new ClassicLinearCase(new ClassicLinear(LAYER, MAP, 16, bound), weights, bias, 1 << 19);
  }

  /** Truncated by 0 bits for x^2 and by 8 for x^4: 2 openings; r^2 and r^2, r^3, r^4. */
  static ProtocolCase honeyBadger() {
    return ActivationCase.polynomial(new HoneyBadger(LAYER, SHAPE, QUARTIC, F, 5), 4, 2);
  }

  /** ceil((k - 2) 16 / k) = 0, 6, 8, 10, 11, 12, 12: six groups with tops 2, 3, 4, 5, 6, 8. */
  static ProtocolCase honeyBadgerOctic() {
    return ActivationCase.polynomial(
        new HoneyBadger(LAYER, SHAPE, OCTIC, F, 2), 1 + 2 + 3 + 4 + 5 + 7, 6);
  }

  static ProtocolCase espn() {
    return ActivationCase.polynomial(new Espn(LAYER, SHAPE, QUARTIC, F, 5), 2, 1 + 3);
  }

  static ProtocolCase espnOctic() {
    return ActivationCase.polynomial(new Espn(LAYER, SHAPE, OCTIC, F, 2), 7, 1 + 2 + 3 + 4 + 5 + 7);
  }

  /** x, then x^2; products x^2 and x^4. */
  static ProtocolCase tree() {
    return ActivationCase.polynomial(new PolynomialTree(LAYER, SHAPE, QUARTIC, F, 5), 2, 1, 1);
  }

  /** x, then x^2, then x^3 and x^4; seven products. */
  static ProtocolCase treeOctic() {
    return ActivationCase.polynomial(new PolynomialTree(LAYER, SHAPE, OCTIC, F, 2), 7, 1, 1, 2);
  }

  /** Words per stage of m elements, m a multiple of 32. */
  private static int[] stageWords(int m) {
    return new int[] {
      2 * m, 3 * m, 3 * m / 2, 3 * m / 4, 3 * m / 8, 3 * m / 16, 2 * m / 32, 2 * m + m / 32
    };
  }

  private static int stageCorrection(int m) {
    return 2 * m + 2 * m + m + m / 2 + m / 4 + m / 8 + m / 32 + 4 * m;
  }

  static ProtocolCase relu(int elementCount) {
    return new ActivationCase(
        new ExactRelu(LAYER, Shape.of(elementCount)),
        Long.MAX_VALUE,
        stageWords(elementCount),
        stageCorrection(elementCount));
  }

  /** Two by two windows: pairs, then pairs of pairs. */
  static ProtocolCase maxPool(int outputs) {
    int[] first = stageWords(2 * outputs);
    int[] second = stageWords(outputs);
    int[] rounds = new int[first.length + second.length];
    System.arraycopy(first, 0, rounds, 0, first.length);
    System.arraycopy(second, 0, rounds, first.length, second.length);
    PoolWindow window = new PoolWindow(outputs / 32, 8, 16, 2, 2, 2, 2, 0, 0, 0, 0);
    return new ActivationCase(
        new ExactMaxPool(LAYER, window),
        Long.MAX_VALUE / 2,
        rounds,
        stageCorrection(2 * outputs) + stageCorrection(outputs));
  }
}
