// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PolynomialBasisTest {
  @Test
  void shouldExpandByTheBinomialTheorem() {
    PolynomialBasis basis = new PolynomialBasis(5, 3, 2, 1);

    // p(c - r) at c = 2: 23 - (3 + 8 + 12) r + (2 + 6) r^2 - r^3.
    assertEquals(27, basis.publicFactor(0, 2));
    assertEquals(-23, basis.publicFactor(1, 2));
    assertEquals(8, basis.publicFactor(2, 2));
    assertEquals(1, basis.publicFactor(3, 2));
    assertEquals(3, basis.secretTerm(1, 3));
    assertEquals(9, basis.secretTerm(2, 3));
    assertEquals(-27, basis.secretTerm(3, 3));
    assertTrue(basis.unitFactor(3));
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldStayWithinItsRoundingErrors(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int degree = (int) seed;
    double[] coefficients = random.doubles(degree + 1, -1, 1).toArray();
    PolynomialBasis basis = new PolynomialBasis(coefficients);
    double max = 1 << random.nextInt(6);
    for (int i = 0; i < 500; i++) {
      double x = i == 0 ? max : i == 1 ? -max : random.nextDouble(-max, max);
      BigDecimal power = BigDecimal.ONE;
      for (int j = 0; j <= degree; j++) {
        BigDecimal factor = j == degree ? BigDecimal.ONE : exactFactor(coefficients, j, x);
        assertWithin(factor, basis.publicFactor(j, x), basis.publicFactorError(j, max));
        BigDecimal term = j < degree ? power : power.multiply(exactTop(coefficients));
        if (j > 0) {
          assertWithin(term, basis.secretTerm(j, x), basis.secretTermError(j, max));
        }
        power = power.multiply(new BigDecimal(x));
      }
    }
  }

  private static BigDecimal exactTop(double[] a) {
    int degree = a.length - 1;
    return new BigDecimal((degree & 1) == 0 ? a[degree] : -a[degree]);
  }

  private static BigDecimal exactFactor(double[] a, int j, double c) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int k = j; k < a.length; k++) {
      BigDecimal power = new BigDecimal(c).pow(k - j);
      sum = sum.add(new BigDecimal(a[k]).multiply(power).multiply(binomial(k, j)));
    }
    return (j & 1) == 0 ? sum : sum.negate();
  }

  private static BigDecimal binomial(int k, int j) {
    return j == 0 || j == k ? BigDecimal.ONE : binomial(k - 1, j - 1).add(binomial(k - 1, j));
  }

  private static void assertWithin(BigDecimal exact, double actual, double error) {
    BigDecimal difference = exact.subtract(new BigDecimal(actual)).abs();
    assertTrue(difference.compareTo(new BigDecimal(error)) <= 0, exact + " against " + actual);
  }

  @Test
  void shouldDropZerosAtTheEnd() {
    PolynomialBasis basis = new PolynomialBasis(0, -0.0, 2, 0, -0.0);

    assertEquals(2, basis.degree());
    assertArrayEquals(new double[] {0, 0, 2}, basis.coefficients());
    assertEquals(new PolynomialBasis(0, 0, 2), basis);
  }

  @Test
  void shouldRescaleOnlyWhenIdentity() {
    PolynomialBasis identity = PolynomialBasis.identity();

    assertEquals(1, identity.termCount());
    assertEquals(0.125, identity.value(0.125));
    assertEquals(0, identity.secretTermError(1, 1024));
  }

  @Test
  void shouldRefuseWhatIsNoPolynomialOfItsDegrees() {
    assertThrows(IllegalArgumentException.class, () -> new PolynomialBasis());
    assertThrows(IllegalArgumentException.class, () -> new PolynomialBasis(1));
    assertThrows(IllegalArgumentException.class, () -> new PolynomialBasis(1, 0));
    assertThrows(IllegalArgumentException.class, () -> new PolynomialBasis(0, Double.NaN));
    assertThrows(
        IllegalArgumentException.class, () -> new PolynomialBasis(0, Double.POSITIVE_INFINITY));
    assertThrows(
        IllegalArgumentException.class, () -> new PolynomialBasis(1, 1, 1, 1, 1, 1, 1, 1, 1, 1));
  }
}
