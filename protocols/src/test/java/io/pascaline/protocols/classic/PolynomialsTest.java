// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.classic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.DoubleWordShare;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.step.DealerStep;
import io.pascaline.protocols.step.PartyStep;
import io.pascaline.protocols.step.StepExecution;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The three polynomial protocols, over all degrees. */
class PolynomialsTest {
  private static final Shape SHAPE = Shape.of(1500);
  private static final PolynomialBasis QUARTIC =
      new PolynomialBasis(0.31445312, 0.5, 0.15625, 0, -0.00292969);

  /** Makes one of the protocols. */
  private interface Maker {
    ClassicPolynomial make(int layer, Shape shape, PolynomialBasis p, int bits, double bound);
  }

  private static final List<Maker> MAKERS =
      List.of(HoneyBadger::new, Espn::new, PolynomialTree::new);

  static Stream<ClassicPolynomial> steps() {
    SplittableRandom random = new SplittableRandom(71);
    List<ClassicPolynomial> steps = new ArrayList<>();
    for (Maker maker : MAKERS) {
      for (int degree = 1; degree <= PolynomialBasis.MAX_DEGREE; degree++) {
        double[] dense = random.doubles(degree + 1, -1, 1).toArray();
        dense[degree] = 0.125;
        double[] sparse = new double[degree + 1];
        sparse[degree] = -0.75;
        sparse[degree / 2] += 0.25;
        steps.add(maker.make(1, SHAPE, new PolynomialBasis(dense), 16, 1.5));
        steps.add(maker.make(2, SHAPE, new PolynomialBasis(sparse), 12, 3));
        steps.add(maker.make(2, SHAPE, new PolynomialBasis(dense), 8, 2));
      }
      steps.add(maker.make(0, SHAPE, QUARTIC, 16, 5));
      steps.add(maker.make(0, SHAPE, QUARTIC, 20, 1));
    }
    return steps.stream();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("steps")
  void shouldStayWithinTheBoundAtAnyDegree(ClassicPolynomial step) {
    long seed = 40L + step.fractionBits();
    double unit = Math.scalb(1.0, -step.fractionBits());
    long max = (long) Math.floor(step.inputBound() / unit);
    SplittableRandom random = new SplittableRandom(seed);
    long[] x = random.longs(SHAPE.elementCount(), -max, max + 1).toArray();
    x[0] = max;
    x[1] = -max;
    x[2] = 0;

    double largest = 0;
    double largestInPlaintext = 0;
    long[] even = run(step, 0, x, random);
    long[] odd = run(step, 1, x, random);
    long[] plaintext = step.plaintext(x);
    for (int i = 0; i < x.length; i++) {
      double expected = step.polynomial().value(x[i] * unit) / unit;
      largest = Math.max(largest, Math.abs(even[i] - expected));
      largest = Math.max(largest, Math.abs(odd[i] - expected));
      largestInPlaintext = Math.max(largestInPlaintext, Math.abs(plaintext[i] - expected));
    }

    double bound = step.errorBoundUlps();
    String text = "seed " + seed + ": largest error " + largest + ", bound " + bound;
    assertTrue(largest <= bound * (1 + 0x1p-40), text);
    assertTrue(largestInPlaintext <= bound * (1 + 0x1p-40), "in plaintext, " + text);
    // Sanity, no tolerance: a bound far above what happens would tell nothing.
    assertTrue(bound <= 20 * Math.max(largest, 1), text);
    // Fewer than one run in a thousand may wrap, or the test would not be one of rounding.
    assertTrue(step.failureProbability() < 1e-3, "probability " + step.failureProbability());
  }

  private static long[] run(
      ClassicPolynomial step, long number, long[] x, SplittableRandom random) {
    KeyedRandom[] keys = new KeyedRandom[2];
    long[][] shares = {random.longs(x.length).toArray(), new long[x.length]};
    for (int i = 0; i < 2; i++) {
      byte[] bytes = new byte[CorrelationKey.LENGTH_BYTES];
      random.nextBytes(bytes);
      keys[i] = KeyedRandom.derive(CorrelationKey.ofBytes(bytes), new byte[] {2});
    }
    for (int i = 0; i < x.length; i++) {
      shares[1][i] = x[i] - shares[0][i];
    }
    WorkSplitter alone = WorkSplitter.sequential();
    SessionId session = new SessionId(9, number);
    DealerStep dealer = step.dealer(keys[0], keys[1]);
    int[] correction = dealer.deal(session, alone);
    StepExecution[] executions = new StepExecution[2];
    MaskedWords[] sent = new MaskedWords[2];
    for (int i = 0; i < 2; i++) {
      PartyStep party = step.party(i, 9, keys[i]);
      int[] own = party.receivesCorrection(session) ? correction : null;
      executions[i] =
          party.open(
              party.prepare(session, own, alone), DoubleWordShare.of(step.shape(), shares[i]));
      sent[i] = executions[i].start();
      shares[i] = null;
    }
    for (int round = 0; round < step.roundCount(); round++) {
      MaskedWords from0 = sent[0];
      sent[0] = executions[0].receive(sent[1], alone).orElse(null);
      sent[1] = executions[1].receive(from0, alone).orElse(null);
    }
    long[] sum = ((DoubleWordShare) executions[0].result()).doubleWords().clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += ((DoubleWordShare) executions[1].result()).doubleWords()[i];
    }
    return sum;
  }

  /** From the formulas; for the quartic the cubic term is left out. */
  @ParameterizedTest(name = "degree {0}")
  @CsvSource({
    // degree, rounds of the tree, bytes online and corrected: HoneyBadger, ESPN, tree
    "1, 0, 0, 0, 0, 0, 0, 0",
    "2, 1, 8, 8, 8, 8, 8, 8",
    "3, 2, 16, 24, 24, 16, 16, 16",
    "4, 2, 16, 32, 32, 16, 16, 16",
    "5, 3, 32, 80, 80, 32, 24, 32",
    "8, 3, 48, 176, 176, 56, 32, 56"
  })
  void shouldStateItsCosts(
      int degree,
      int treeRounds,
      double badgerOnline,
      double badgerOffline,
      double espnOnline,
      double espnOffline,
      double treeOnline,
      double treeOffline) {
    double[] coefficients = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    PolynomialBasis polynomial =
        degree == 4 ? QUARTIC : new PolynomialBasis(Arrays.copyOf(coefficients, degree + 1));
    int rounds = degree == 1 ? 0 : 1;
    check(new HoneyBadger(0, SHAPE, polynomial, 16, 1), rounds, badgerOnline, badgerOffline);
    check(new Espn(0, SHAPE, polynomial, 16, 1), rounds, espnOnline, espnOffline);
    check(new PolynomialTree(0, SHAPE, polynomial, 16, 1), treeRounds, treeOnline, treeOffline);
  }

  private static void check(ClassicActivation step, int rounds, double online, double offline) {
    assertEquals(rounds, step.roundCount(), step.source());
    assertEquals(online, step.onlineBytesPerElement(), step.source());
    assertEquals(offline, step.correctionBytesPerElement(), step.source());
  }

  /** By hand: x^2 reaches 25 2^32, x^4 about (5 2^8 + 1)^4, their sum about 6.5 2^32. */
  @Test
  void shouldStateItsProbabilityOfFailure() {
    HoneyBadger step = new HoneyBadger(0, Shape.of(1), QUARTIC, 16, 5);
    double truncations = 5 * 0x1p16 + 1 + 25 * 0x1p32 + 1 + Math.pow(5 * 256 + 1, 4) + 1;

    double probability = step.failureProbability();

    assertTrue(probability >= truncations * 0x1p-64, "probability " + probability);
    // The sum's own truncation: its share of x^2 is spread over 10240 2^48 values.
    double sum = (0.31 + 2.5 + 3.91 + 1.84) * 0x1p32;
    assertEquals(truncations * 0x1p-64 + sum * (0x1p-64 + 1 / (10240 * 0x1p48)), probability, 1e-9);
  }

  @Test
  void shouldRefuseWhatCannotBeComputed() {
    for (Maker maker : MAKERS) {
      refuse("layer", () -> maker.make(-1, SHAPE, QUARTIC, 16, 5));
      refuse("fractionBits", () -> maker.make(0, SHAPE, QUARTIC, 7, 5));
      refuse("fractionBits", () -> maker.make(0, SHAPE, QUARTIC, 25, 5));
      refuse("inputBound", () -> maker.make(0, SHAPE, QUARTIC, 16, 0));
      refuse("inputBound", () -> maker.make(0, SHAPE, QUARTIC, 16, Double.NaN));
      refuse("power 4", () -> maker.make(0, SHAPE, QUARTIC, 16, 300));
      refuse("constant", () -> maker.make(0, SHAPE, new PolynomialBasis(1, 1e-9), 16, 1));
      refuse("coefficient 0", () -> maker.make(0, SHAPE, new PolynomialBasis(1e11, 1), 16, 1));
      refuse("correction", () -> maker.make(0, Shape.of(1 << 30), QUARTIC, 16, 1));
    }
  }

  private static void refuse(String part, Runnable making) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, making::run, part);
    assertTrue(refused.getMessage().contains(part), refused.getMessage());
  }
}
