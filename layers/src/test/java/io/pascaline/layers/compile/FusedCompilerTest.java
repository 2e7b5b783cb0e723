// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.FusedSumPoolLayer;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.JoinLayer;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class FusedCompilerTest {
  private static List<Class<?>> kinds(FusedNetwork network) {
    return network.plan().layers().stream().<Class<?>>map(PlanLayer::getClass).toList();
  }

  @Test
  void shouldFoldNormalisationsAndForgetReshapes() {
    List<Class<?>> kinds = kinds(SampleNetwork.RESIDUAL.compiled(1));

    assertEquals(
        List.of(
            FusedLinearLayer.class,
            FusedActivationLayer.class,
            FusedLinearLayer.class,
            JoinLayer.class,
            FusedActivationLayer.class,
            FusedLinearLayer.class,
            FusedLinearLayer.class,
            JoinLayer.class,
            FusedActivationLayer.class,
            FusedSumPoolLayer.class,
            FusedLinearLayer.class),
        kinds);
  }

  @Test
  void shouldPutARescaleBetweenLinearLayers() {
    FusedNetwork network = SampleNetwork.LINEAR_AFTER_LINEAR.compiled(1);

    FusedActivationLayer rescale = (FusedActivationLayer) network.plan().layers().get(1);
    assertEquals("linear0/rescale", rescale.name());
    assertEquals(PolynomialBasis.identity(), rescale.activation().basis());
  }

  /** Of all scales with room for the safety factor, the finest; on all tensors until activation. */
  @ParameterizedTest
  @EnumSource(SampleNetwork.class)
  void shouldGiveActivationsTheTightestBoundWithRoomForTheSafetyFactor(SampleNetwork sample) {
    FusedNetwork network = sample.compiled(9);
    FloatEvaluator evaluator = new FloatEvaluator(sample.sketch(9));
    double[] largest = new double[network.plan().layers().size()];
    for (float[] input : sample.inputs(9, 16)) {
      Map<String, float[]> tensors = evaluator.runAll(input);
      for (PlanLayer layer : network.plan().layers()) {
        for (float value : tensors.get(layer.name().replace("/rescale", ""))) {
          largest[layer.id()] =
              Math.max(largest[layer.id()], Math.abs(value) * layer.outputDivisor());
        }
      }
    }
    int checked = 0;
    for (PlanLayer layer : network.plan().layers()) {
      if (layer instanceof FusedActivationLayer activation && layer.inputs().get(0) >= 0) {
        double range = 2 * largest[layer.inputs().get(0)];
        boolean finest = activation.activation().inputFractionBits() == 30;
        assertTrue(activation.bound() > range, layer.name());
        assertTrue(finest || activation.bound() <= 2 * range, layer.name());
        checked++;
      }
    }
    assertTrue(checked > 0);
  }

  /** The weights after a pool of 33 * 33 = 1089 elements have about 10 bits too few. */
  @Test
  void shouldFindBitsForTheWeightsBehindALargePool() {
    GraphSketch s = new GraphSketch(3, 1, 33, 33);
    String pooled = s.globalPool(s.activation(s.conv("input", 4, 3, 1, 1, 1)));
    NetworkGraph graph = s.graph(s.full(s.flat(pooled), 3));
    List<float[]> inputs = GraphSketch.inputs(graph, 3, 4);
    FusedSettings settings = FusedSettings.standard();

    FusedNetwork plain = FusedCompiler.compile(graph, inputs, settings.withWeightBits(1, 1));
    int bits = weightBits(plain.weights(3));
    assertEquals(1089, plain.plan().layers().get(2).outputDivisor());
    assertEquals(12, plain.plan().layers().get(1).outputFractionBits());

    FusedNetwork spared =
        FusedCompiler.compile(graph, inputs, settings.withWeightBits(1, bits + 6));
    assertEquals(4, spared.plan().layers().size());
    assertEquals(6, spared.plan().layers().get(1).outputFractionBits());
    assertEquals(bits + 6, weightBits(spared.weights(3)));

    FusedNetwork rescaled =
        FusedCompiler.compile(graph, inputs, settings.withWeightBits(1, bits + 7));
    assertEquals(5, rescaled.plan().layers().size());
    assertEquals("pool2/rescale", rescaled.plan().layers().get(3).name());
    assertEquals(12, rescaled.plan().layers().get(1).outputFractionBits());
    assertTrue(weightBits(rescaled.weights(4)) >= bits + 7);
  }

  /** A product of up to 2^7 by a factor of its own size cannot have 24 fraction bits. */
  @Test
  void shouldTakeFractionBitsFromAFactorOfALargeProduct() {
    GraphSketch s = new GraphSketch(4, 2, 4, 4);
    String features = s.activation(s.conv("input", 3, 3, 1, 1, 1), new PolynomialBasis(8, 4));
    NetworkGraph graph = s.graph(s.full(s.flat(s.product(features, features)), 3));
    List<float[]> inputs = GraphSketch.inputs(graph, 4, 8);

    FusedNetwork network = FusedCompiler.compile(graph, inputs, FusedSettings.standard());

    PlanLayer rescale = network.plan().layers().get(2);
    PlanLayer product = network.plan().layers().get(3);
    assertTrue(rescale.name().endsWith("/rescale"), rescale.name());
    assertTrue(product instanceof FusedProductLayer);
    assertEquals(12 + rescale.outputFractionBits(), product.outputFractionBits());
    double largest = 0;
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    for (float[] input : inputs) {
      for (float value : evaluator.runAll(input).get(product.name())) {
        largest = Math.max(largest, Math.abs(value));
      }
    }
    double bound = ((FusedProductLayer) product).bound();
    assertTrue(bound > 2 * largest && bound <= 4 * largest, bound + " for " + largest);
    assertThrows(
        ModelCompileException.class,
        () -> FusedCompiler.compile(graph, inputs, FusedSettings.standard().withFractionBits(20)));
  }

  /** By hand: 11.5 and 5.3 become 8 and 4, which the linear layer before makes up for. */
  @Test
  void shouldMakePeriodsFractionsOfTheRing() {
    FusedNetwork network = SampleNetwork.WAVES.compiled(1);

    List<PlanLayer> waves =
        network.plan().layers().stream()
            .filter(layer -> layer.name().startsWith("activation"))
            .toList();
    HarmonicActivationLayer scalable = (HarmonicActivationLayer) waves.get(0);
    HarmonicActivationLayer fraction = (HarmonicActivationLayer) waves.get(1);
    // Its input is a sum, whose other reader or addend a factor would change.
    assertTrue(waves.get(2) instanceof FusedActivationLayer);
    HarmonicActivationLayer flat = (HarmonicActivationLayer) waves.get(3);
    assertPeriod(8, scalable);
    assertPeriod(16, fraction);
    assertPeriod(4, flat);
    assertEquals(0.4 * 11.5 / 8, scalable.activation().function().slope(0), 1e-12);
    assertFalse(flat.activation().function().hasSlope());
    // One representative: 4 words for each of two harmonics and 4 for the slope.
    assertEquals(4 * 36 * (8 + 4), scalable.activation().correctionWordCount());
    assertEquals(4 * 36 * 8, flat.activation().correctionWordCount());
  }

  private static void assertPeriod(double period, HarmonicActivationLayer layer) {
    HarmonicFunction function = layer.activation().function();
    assertEquals(period, layer.activation().period() / function.multiple(0, 0));
    assertEquals(2 * function.multiple(0, 0), function.multiple(0, 1));
  }

  private static int weightBits(int[] words) {
    int largest = 0;
    for (int word : words) {
      largest = Math.max(largest, Math.abs(word));
    }
    return Integer.SIZE - Integer.numberOfLeadingZeros(largest);
  }

  @ParameterizedTest
  @ValueSource(ints = {8, 10, 14})
  void shouldUseTheFractionBitsOfTheSettings(int bits) {
    FusedNetwork network =
        SampleNetwork.RESIDUAL.compiled(1, FusedSettings.standard().withFractionBits(bits));

    assertEquals(bits, network.plan().inputFractionBits());
    for (PlanLayer layer : network.plan().layers()) {
      if (layer instanceof FusedActivationLayer) {
        assertEquals(bits, layer.outputFractionBits());
      }
    }
  }

  @Test
  void shouldCompileToTheSameBytesEachTime() {
    FusedNetwork once = SampleNetwork.POOLED_SHORTCUT.compiled(1);
    FusedNetwork again = SampleNetwork.POOLED_SHORTCUT.compiled(1);

    assertArrayEquals(once.plan().encode(), again.plan().encode());
    for (int id = 0; id < once.plan().layers().size(); id++) {
      assertArrayEquals(once.weights(id), again.weights(id));
      assertArrayEquals(once.biasOrNull(id), again.biasOrNull(id));
    }
  }

  @Test
  void shouldLeaveOutWhatTheOutputDoesNotNeed() {
    GraphSketch s = new GraphSketch(1, 4);
    String used = s.full("input", 3);
    s.activation(used);

    assertEquals(1, compile(s.graph(used)).plan().layers().size());
  }

  private static FusedNetwork compile(NetworkGraph graph) {
    return FusedCompiler.compile(graph, GraphSketch.inputs(graph, 1, 4), FusedSettings.standard());
  }

  private static NetworkGraph product(float weight) {
    LinearNode node =
        new LinearNode(
            "product", List.of("input"), new MatrixProduct(1, 1), new float[] {weight}, null);
    return new NetworkGraph("tiny", "input", Shape.of(1), List.of(node), "product");
  }

  @Test
  void shouldRefuseAndWarnWhereWeightsAreCoarse() {
    FusedSettings settings = FusedSettings.standard();
    List<float[]> small = List.of(new float[] {1});
    List<float[]> large = List.of(new float[] {8000});

    assertEquals(List.of(), FusedCompiler.compile(product(1), small, settings).warnings());
    CompilerWarning warning = FusedCompiler.compile(product(1), large, settings).warnings().get(0);
    assertEquals(CompilerWarning.Kind.WEIGHT_BITS, warning.kind());
    assertEquals("product", warning.layer());
    ModelCompileException refusal =
        assertThrows(
            ModelCompileException.class,
            () -> FusedCompiler.compile(product(1), List.of(new float[] {80_000}), settings));
    assertTrue(refusal.getMessage().contains("'product'"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("--suite classic"), refusal.getMessage());
  }

  @Test
  void shouldWarnOfALittleMarginThatTheSettingsAllow() {
    FusedNetwork network =
        FusedCompiler.compile(
            product(3.5f), List.of(new float[] {1}), FusedSettings.standard().withSafetyFactor(1));

    CompilerWarning warning = network.warnings().get(0);
    assertEquals(CompilerWarning.Kind.RANGE_MARGIN, warning.kind());
    assertEquals(4 / 3.5, warning.value(), 1e-6);
  }

  @Test
  void shouldCompileALayerOfZeros() {
    FusedNetwork network =
        FusedCompiler.compile(product(0), List.of(new float[] {1}), FusedSettings.standard());

    assertArrayEquals(new int[] {0}, network.weights(0));
    assertEquals(List.of(), network.warnings());
  }

  @Test
  void shouldRefuseCalibrationThatSaysNothing() {
    FusedSettings settings = FusedSettings.standard();

    assertThrows(
        IllegalArgumentException.class,
        () -> FusedCompiler.compile(product(1), List.of(), settings));
    ModelCompileException refusal =
        assertThrows(
            ModelCompileException.class,
            () -> FusedCompiler.compile(product(1), List.of(new float[] {Float.NaN}), settings));
    assertTrue(refusal.getMessage().contains("diverges"), refusal.getMessage());
    assertThrows(
        ModelCompileException.class,
        () -> FusedCompiler.compile(product(3e38f), List.of(new float[] {3e38f}), settings));
  }

  @Test
  void shouldRefuseAnActivationThatNoWordHolds() {
    GraphSketch s = new GraphSketch(1, 1);
    NetworkGraph graph = s.graph(s.activation("input", new PolynomialBasis(0, 0, 0, 0, 1)));

    ModelCompileException refusal =
        assertThrows(
            ModelCompileException.class,
            () ->
                FusedCompiler.compile(graph, List.of(new float[] {100}), FusedSettings.standard()));
    assertTrue(refusal.getMessage().contains("'activation0'"), refusal.getMessage());
  }

  @Test
  void shouldRefuseANetworkThatOnlyReshapes() {
    GraphSketch s = new GraphSketch(1, 2, 2, 2);

    assertThrows(ModelCompileException.class, () -> compile(s.graph(s.flat("input"))));
  }

  @Test
  void shouldRefuseSettingsOutOfRange() {
    FusedSettings settings = FusedSettings.standard();

    assertThrows(IllegalArgumentException.class, () -> settings.withFractionBits(3));
    assertThrows(IllegalArgumentException.class, () -> settings.withFractionBits(21));
    assertThrows(IllegalArgumentException.class, () -> settings.withSafetyFactor(0.5));
    assertThrows(IllegalArgumentException.class, () -> settings.withSafetyFactor(Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> settings.withWeightBits(0, 8));
    assertThrows(IllegalArgumentException.class, () -> settings.withWeightBits(8, 4));
  }
}
