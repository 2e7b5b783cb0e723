package io.pascaline.protocols.activation;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

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
