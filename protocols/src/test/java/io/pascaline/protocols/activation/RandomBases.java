// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;

/**
 * Random functions of every kind of {@link ActivationBasis}: a kind that has no generator here
 * fails the laws of all bases.
 */
public final class RandomBases {
  private static final Map<Class<?>, Function<SplittableRandom, ActivationBasis>> GENERATORS =
      Map.of(
          PolynomialBasis.class, RandomBases::polynomial,
          TrigonometricBasis.class, RandomBases::trigonometric);

  private RandomBases() {}

  /** Returns every kind with every seed from 1 to {@code seeds}. */
  public static Stream<Arguments> kindsAndSeeds(int seeds) {
    return kinds().stream()
        .flatMap(kind -> LongStream.rangeClosed(1, seeds).mapToObj(s -> Arguments.of(kind, s)));
  }

  /** Returns every kind that the interface permits. */
  public static List<Class<?>> kinds() {
    return List.of(ActivationBasis.class.getPermittedSubclasses());
  }

  /** Returns a function of {@code kind}. */
  public static ActivationBasis random(Class<?> kind, SplittableRandom random) {
    Function<SplittableRandom, ActivationBasis> generator = GENERATORS.get(kind);
    if (generator == null) {
      throw new AssertionError("no generator for " + kind + ": the laws do not cover it");
    }
    return generator.apply(random);
  }

  private static ActivationBasis polynomial(SplittableRandom random) {
    int degree = random.nextInt(1, PolynomialBasis.MAX_DEGREE + 1);
    double[] coefficients = random.doubles(degree + 1, -1, 1).toArray();
    coefficients[degree / 2] = 0;
    coefficients[degree] = 0.25;
    return new PolynomialBasis(coefficients);
  }

  private static ActivationBasis trigonometric(SplittableRandom random) {
    int harmonics = random.nextInt(1, 6);
    return new TrigonometricBasis(
        random.nextDouble(2, 3),
        random.nextBoolean() ? 0 : random.nextDouble(-1, 1),
        random.nextDouble(1, 20),
        random.doubles(harmonics, -1, 1).toArray(),
        random.doubles(harmonics, -1, 1).toArray());
  }
}
