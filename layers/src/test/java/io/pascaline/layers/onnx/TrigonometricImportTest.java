// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.protocols.activation.TrigonometricBasis;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Lines with harmonics, against ONNX Runtime and against their coefficients. */
class TrigonometricImportTest {
  private static final long SEED = 20260118;

  @ParameterizedTest(name = "period {0}")
  @CsvSource({"16", "12.5", "6.283185307179586", "0.3", "1000"})
  void shouldFindThePeriodAgain(double period) {
    TestModel model = line(0.5, 1.875);
    wave(model, "Cos", 1, period, -1.375, "s0 -> s1");
    wave(model, "Cos", 3, period, 0.25, "s1 -> y");

    TrigonometricBasis basis = basis(RuntimeAgreement.check(model, SEED));

    // The file has floats only.
    assertEquals(period, basis.period(), period * Math.ulp(1f));
    assertEquals(1.875, basis.constant(), 0);
    assertEquals(0.5, basis.slope(), 0);
    assertEquals(3, basis.harmonicCount());
    assertEquals(0, basis.cosines()[1], 0);
  }

  @Test
  void shouldFindRoundPeriodsExactly() {
    TestModel model = line(0.5, 1.875);
    wave(model, "Cos", 1, 16, -1.375, "s0 -> s1");
    wave(model, "Cos", 2, 16, -0.1875, "s1 -> y");

    assertEquals(
        new TrigonometricBasis(1.875, 0.5, 16, new double[] {-1.375, -0.1875}, new double[] {0, 0}),
        basis(RuntimeAgreement.check(model, SEED)));
  }

  @Test
  void shouldTakeSinesAndAFundamentalThatIsNotThere() {
    TestModel model = line(0.5, 0);
    wave(model, "Sin", 2, 16, 0.5, "s0 -> s1");
    wave(model, "Cos", 3, 16, 0.25, "s1 -> y");

    assertEquals(
        new TrigonometricBasis(0, 0.5, 16, new double[] {0, 0, 0.25}, new double[] {0, 0.5, 0}),
        basis(RuntimeAgreement.check(model, SEED)));
  }

  @Test
  void shouldTakeShiftedAngles() {
    TestModel model =
        model()
            .constant("w", 0.75)
            .constant("phase", -1.25)
            .node("Mul", "x w -> wx")
            .node("Add", "wx phase -> angle")
            .node("Cos", "angle -> y");

    TrigonometricBasis basis = basis(RuntimeAgreement.check(model, SEED));

    assertEquals(Math.cos(-1.25), basis.cosines()[0], 1e-15);
    assertEquals(-Math.sin(-1.25), basis.sines()[0], 1e-15);
  }

  @Test
  void shouldTakeProductsWithCosinesForAnyFunction() {
    TestModel model = model().node("Mul", "x x -> s0");
    wave(model, "Cos", 1, 16, 0.5, "s0 -> s1");
    model.node("Mul", "s1 x -> y");

    NetworkGraph graph = RuntimeAgreement.check(model, SEED);

    assertInstanceOf(FunctionNode.class, graph.nodes().get(0));
  }

  private static TestModel model() {
    return new TestModel(SEED, -1, 2, 3, 3);
  }

  private static TestModel line(double slope, double constant) {
    return model()
        .constant("slope", slope)
        .constant("constant", constant)
        .node("Mul", "x slope -> line")
        .node("Add", "line constant -> s0");
  }

  /** Adds one wave to a tensor, written {@code "from -> to"}. */
  private static void wave(
      TestModel model, String operator, double k, double period, double factor, String sum) {
    String id = operator + k;
    model
        .constant("w" + id, 2 * Math.PI * k / period)
        .constant("a" + id, factor)
        .node("Mul", "x w" + id + " -> wx" + id)
        .node(operator, "wx" + id + " -> c" + id)
        .node("Mul", "c" + id + " a" + id + " -> ac" + id)
        .node("Add", "ac" + id + " " + sum);
  }

  private static TrigonometricBasis basis(NetworkGraph graph) {
    assertEquals(1, graph.nodes().size());
    return (TrigonometricBasis) ((ActivationNode) graph.nodes().get(0)).basis();
  }
}
