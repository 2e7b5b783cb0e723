// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.protocols.ByteUniformity;
import io.pascaline.protocols.SessionId;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.RandomHarmonics;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.WordShare;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What goes over the wire tells nothing: laws of every tensor that is opened or dealt. */
class OpeningTest {
  private static final Shape SHAPE = Shape.of(20_000);
  private static final FusedActivation ACTIVATION =
      FusedActivation.plan(1, SHAPE, new PolynomialBasis(0.3, 0.5, 0.1), 26, 12);

  static Stream<Arguments> steps() {
    LongFunction<TwoParties> activation =
        seed -> TwoParties.function(ACTIVATION, seed, WorkSplitter.sequential());
    HarmonicFunction function = RandomHarmonics.random(1, 2, true, 9, new SplittableRandom(1));
    HarmonicActivation waves = HarmonicActivation.plan(1, SHAPE, function, 26, 12);
    LongFunction<TwoParties> harmonic =
        seed -> TwoParties.function(waves, seed, WorkSplitter.sequential());
    FusedLinear small = new FusedLinear(1, new MatrixProduct(20_000, 1));
    LongFunction<TwoParties> linear =
        seed -> TwoParties.linear(small, new int[20_000], null, seed, WorkSplitter.sequential());
    return Stream.of(
        Arguments.of("activation", activation),
        Arguments.of("harmonic", harmonic),
        Arguments.of("linear", linear));
  }

  @ParameterizedTest(name = "{0}, seeds 1 to 3")
  @MethodSource("steps")
  void shouldOpenUniformWordsForAConstantSecret(String name, LongFunction<TwoParties> step) {
    for (long seed = 1; seed <= 3; seed++) {
      TwoParties parties = step.apply(seed);
      WordShare[] constant = {constantShare(0), constantShare(77)};

      parties.run(parties.prepare(new SessionId(TwoParties.EPOCH, seed)), constant);

      ByteUniformity.check(name + " opened, seed " + seed, parties.opened());
      ByteUniformity.check(name + " sent by P0, seed " + seed, parties.sent[0].words());
      ByteUniformity.check(name + " sent by P1, seed " + seed, parties.sent[1].words());
    }
  }

  @ParameterizedTest(name = "{0}, seed 11")
  @MethodSource("steps")
  void shouldChangeTheOpeningByTheDifferenceOfTheSecrets(
      String name, LongFunction<TwoParties> step) {
    SplittableRandom random = new SplittableRandom(11);
    int[] first = random.ints(20_000, -(1 << 29), 1 << 29).toArray();
    int[] second = random.ints(20_000, -(1 << 29), 1 << 29).toArray();
    TwoParties one = step.apply(11);
    TwoParties other = step.apply(11);

    one.run(6, SHAPE, first);
    other.run(6, SHAPE, second);

    int[] difference = one.opened();
    subtract(difference, other.opened());
    for (int i = 0; i < difference.length; i++) {
      assertEquals(first[i] - second[i], difference[i], name + " element " + i);
    }
  }

  @ParameterizedTest(name = "{0}, seed 12")
  @MethodSource("steps")
  void shouldMaskEverySessionAnew(String name, LongFunction<TwoParties> step) {
    TwoParties parties = step.apply(12);
    int[] secret = new int[20_000];

    parties.run(0, SHAPE, secret);
    int[] first = parties.opened();
    parties.run(1, SHAPE, secret);
    int[] difference = parties.opened();
    subtract(difference, first);

    ByteUniformity.check(name + " difference of two sessions", difference);
  }

  @ParameterizedTest(name = "session {0}, seed 13")
  @ValueSource(longs = {0, 1})
  void shouldDealUniformWords(long number) {
    TwoParties activation = TwoParties.function(ACTIVATION, 13, WorkSplitter.sequential());
    FusedLinear wide = new FusedLinear(1, new MatrixProduct(1, 20_000));
    TwoParties linear =
        TwoParties.linear(wide, new int[20_000], null, 13, WorkSplitter.sequential());
    SessionId session = new SessionId(TwoParties.EPOCH, number);

    ByteUniformity.check("powers", activation.dealer.deal(session, WorkSplitter.sequential()));
    ByteUniformity.check("product", linear.dealer.deal(session, WorkSplitter.sequential()));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldOpenUniformWordsForConstantWeights(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FusedLinear linear = new FusedLinear(1, new MatrixProduct(20_000, 1));
    int[] sum = new int[20_000];
    for (int i = 0; i < 2; i++) {
      KeyedRandom key = TwoParties.key(random);
      MaskedWords share = linear.maskWeights(i, 5, key, constantShare(3));
      ByteUniformity.check("share of party " + i + ", seed " + seed, share.words());
      Words.add(sum, share.words());
    }

    ByteUniformity.check("opened weights, seed " + seed, sum);
  }

  private static void subtract(int[] target, int[] subtrahend) {
    for (int i = 0; i < target.length; i++) {
      target[i] -= subtrahend[i];
    }
  }

  private static WordShare constantShare(int word) {
    int[] words = new int[20_000];
    Arrays.fill(words, word);
    return WordShare.of(SHAPE, words);
  }
}
