// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.classic.ClassicPolynomial;
import io.pascaline.protocols.classic.Espn;
import io.pascaline.protocols.classic.HoneyBadger;
import io.pascaline.protocols.classic.PolynomialTree;
import io.pascaline.protocols.linear.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every law, of each classic protocol for polynomials with all terms, of degree 2 to 8. A
 * polynomial of degree 1 is local: {@code PolynomialsTest}.
 */
@ParameterizedClass(name = "{0}, degree {1}")
@MethodSource("subjects")
class DegreeConformanceTest extends ProtocolLaws {
  private static final Shape SHAPE = Shape.of(2048);
  private static final int F = 16;
  private static final double BOUND = 2;

  private final String protocol;
  private final int degree;

  DegreeConformanceTest(String protocol, int degree) {
    this.protocol = protocol;
    this.degree = degree;
  }

  static Stream<Arguments> subjects() {
    return Stream.of("honeybadger", "espn", "tree")
        .flatMap(
            protocol ->
                IntStream.rangeClosed(2, PolynomialBasis.MAX_DEGREE)
                    .mapToObj(degree -> Arguments.of(protocol, degree)));
  }

  private ClassicPolynomial step() {
    double[] coefficients = Arrays.copyOf(Cases.OCTIC.coefficients(), degree + 1);
    PolynomialBasis polynomial = new PolynomialBasis(coefficients);
    return switch (protocol) {
      case "honeybadger" -> new HoneyBadger(3, SHAPE, polynomial, F, BOUND);
      case "espn" -> new Espn(3, SHAPE, polynomial, F, BOUND);
      default -> new PolynomialTree(3, SHAPE, polynomial, F, BOUND);
    };
  }

  /**
   * ceil((k - 2) 16 / k) = 0, 6, 8, 10, 11, 12, 12 for k = 2 to 8: every power has an opening of
   * its own but x^7, which shares that of x^8 where there is one.
   */
  @Override
  ProtocolCase subject() {
    boolean shared = degree == 8;
    int openings = shared ? degree - 2 : degree - 1;
    int powers =
        IntStream.rangeClosed(2, degree).filter(k -> !shared || k != 7).map(k -> k - 1).sum();
    return switch (protocol) {
      case "honeybadger" -> ActivationCase.polynomial(step(), powers, openings);
      case "espn" -> ActivationCase.polynomial(step(), degree - 1, powers);
      default -> ActivationCase.polynomial(step(), degree - 1, treeOpenings());
    };
  }

  /** x; then x^2; then x^4, with x^3 from degree 7 on: factors, each opened once. */
  private int[] treeOpenings() {
    List<Integer> openings =
        degree == 2 ? List.of(1) : degree <= 4 ? List.of(1, 1) : List.of(1, 1, degree < 7 ? 1 : 2);
    return openings.stream().mapToInt(Integer::intValue).toArray();
  }

  @Test
  void shouldNeedTheRoundsThatAreDocumented() {
    int treeRounds = (int) Math.ceil(Math.log(degree) / Math.log(2) - 1e-9);
    assertEquals(protocol.equals("tree") ? treeRounds : 1, step().roundCount());
  }
}
