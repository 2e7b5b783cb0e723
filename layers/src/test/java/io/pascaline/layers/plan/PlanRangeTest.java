// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.compile.ClassicSample;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.SampleNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a client can find out by itself of an input or an answer that is out of range. */
class PlanRangeTest {
  private static final int FRACTION_BITS = 12;
  private static final double SAFETY_FACTOR = 2;

  /** A network and inputs that it was calibrated on. */
  record Calibrated(String name, CompiledNetwork network, List<float[]> inputs) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Calibrated> calibrated() {
    return Stream.concat(
        Arrays.stream(SampleNetwork.values())
            .map(s -> new Calibrated(s.name(), s.compiled(3), s.inputs(3, 16))),
        Arrays.stream(ClassicSample.values())
            .map(s -> new Calibrated(s.name(), s.compiled(3), s.inputs(3, 16))));
  }

  @ParameterizedTest
  @MethodSource("calibrated")
  void shouldFindCalibratedInputsInRange(Calibrated calibrated) {
    for (float[] input : calibrated.inputs()) {
      assertEquals(Optional.empty(), calibrated.network().plan().checkInput(input));
    }
  }

  /** As of pixels in [0, 255] where the network was compiled for [-1, 1]. */
  @ParameterizedTest
  @MethodSource("calibrated")
  void shouldFindAnInputThatIsNotNormalised(Calibrated calibrated) {
    float[] input = scaled(calibrated.inputs().get(0), 255);

    RangeViolation violation = calibrated.network().plan().checkInput(input).orElseThrow();

    assertTrue(violation.isOfInput());
    assertTrue(violation.elementCount() > input.length / 2, violation::describe);
    assertEquals(Math.abs(input[violation.element()]), violation.largest());
    assertTrue(violation.describe().contains(violation.element() + " is"), violation::describe);
  }

  @ParameterizedTest
  @MethodSource("calibrated")
  void shouldHaveTheLargestCalibratedInputOfEachChannelTimesTheSafetyFactor(Calibrated calibrated) {
    NetworkPlan plan = calibrated.network().plan();
    int channels = plan.inputShape().dim(0);
    int channelElementCount = plan.inputShape().elementCount() / channels;

    for (int channel = 0; channel < channels; channel++) {
      float largest = 0;
      for (float[] input : calibrated.inputs()) {
        for (int i = channel * channelElementCount; i < (channel + 1) * channelElementCount; i++) {
          largest = Math.max(largest, Math.abs(input[i]));
        }
      }
      assertEquals(SAFETY_FACTOR * largest, plan.inputRange().limits().get(channel));
    }
    assertEquals(plan.inputRange(), NetworkPlan.decode(plan.encode()).inputRange());
  }

  @Test
  void shouldTakeAValueOnTheLimitAndNoLargerOne() {
    NetworkPlan plan = plan(new InputRange(List.of(1.5, 3.0)));

    assertEquals(Optional.empty(), plan.checkInput(new float[] {1.5f, -1.5f, 3, -3}));
    RangeViolation above = plan.checkInput(new float[] {0, Math.nextUp(1.5f), 3, 3}).orElseThrow();
    assertEquals(1, above.element());
    assertEquals(1.5, above.bound());
    assertEquals(1, above.elementCount());
    RangeViolation below = plan.checkInput(new float[] {1.6f, 0, -9, -3.1f}).orElseThrow();
    assertEquals(2, below.element(), "the element that exceeds its limit by the largest factor");
    assertEquals(9, below.largest());
    assertEquals(3, below.elementCount());
  }

  @Test
  void shouldRefuseWhatIsNotFinite() {
    NetworkPlan plan = plan(InputRange.upTo(1));
    for (float value : new float[] {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY}) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> plan.encodeInput(new float[] {0, 0, value, 0}));
      assertEquals(
          "input has the value " + value + " at index 2, must be finite", refused.getMessage());
      assertTrue(plan.checkInput(new float[] {0, 0, value, 0}).isPresent());
    }
  }

  @Test
  void shouldEncodeWhatIsOutOfRangeUpToTheEncodableLimit() {
    NetworkPlan plan = plan(InputRange.upTo(1));
    assertEquals(0x1p18, plan.encodableLimit());
    float largest = Math.nextDown(0x1p18f);

    assertEquals(4, plan.encodeInput(new float[] {largest, 2, 0, 0}).length);
    assertThrows(
        IllegalArgumentException.class, () -> plan.encodeInput(new float[] {0x1p18f, 0, 0, 0}));
  }

  @Test
  void shouldFindAnAnswerBeyondTheBoundOfTheOutputLayer() {
    NetworkPlan plan = plan(InputRange.upTo(1));
    int max = (1 << 30) - 1;

    assertEquals(Optional.empty(), plan.checkOutput(new int[] {max, -max}));
    for (int word : new int[] {1 << 30, -(1 << 30), Integer.MAX_VALUE, Integer.MIN_VALUE}) {
      RangeViolation violation = plan.checkOutput(new int[] {0, word}).orElseThrow();
      assertEquals(0, violation.layer());
      assertEquals(1, violation.element());
      assertEquals(Math.abs((double) word) * 0x1p-24, violation.largest());
    }
  }

  @Test
  void shouldFindAClassicAnswerBeyondItsLayersOwnBound() {
    CompiledNetwork network = ClassicSample.ONE_ROUND.compiled(1);
    NetworkPlan plan = network.plan();
    ClassicLinearLayer output = (ClassicLinearLayer) plan.outputLayer();
    int bits = output.outputFractionBits();
    double bound = Math.scalb(output.linear().outputBound(), -2 * bits);

    assertEquals(Optional.empty(), plan.checkOutput(words(plan, bound)));
    assertEquals(Optional.empty(), plan.checkOutput(words(plan, -bound)));
    assertTrue(plan.checkOutput(words(plan, 1.01 * bound)).isPresent());
    assertTrue(plan.checkOutput(words(plan, -1.01 * bound)).isPresent());
  }

  private static int[] words(NetworkPlan plan, double first) {
    long value = (long) Math.scalb(first, plan.outputFractionBits());
    int[] words = new int[plan.outputWordCount()];
    words[0] = (int) value;
    words[plan.outputElementCount()] = (int) (value >> 32);
    return words;
  }

  /** Whatever leaves a layer's bound because of the input's size is found at the input. */
  @ParameterizedTest
  @MethodSource("calibrated")
  void shouldFindAtTheInputWhatLeavesALayer(Calibrated calibrated) {
    if (!(calibrated.network() instanceof FusedNetwork fused)) {
      return; // Its bounds come from comparisons' whole ring.
    }
    FusedEvaluator evaluator = new FusedEvaluator(fused);
    for (float factor : new float[] {1.5f, 2, 4, 16, 64}) {
      float[] input = scaled(calibrated.inputs().get(1), factor);
      boolean left = !evaluator.audit(evaluator.encodeInput(input)).violations().isEmpty();
      assertTrue(!left || fused.plan().checkInput(input).isPresent(), "factor " + factor);
    }
  }

  @Test
  void shouldNotPrintTheValue() {
    NetworkPlan plan = plan(InputRange.upTo(1));
    RangeViolation violation = plan.checkInput(new float[] {0, 7.25f, 0, 0}).orElseThrow();

    assertFalse(violation.toString().contains("7.25"), violation.toString());
    assertTrue(new RangeException(violation).getMessage().contains("7.25"));
  }

  @Test
  void shouldRefuseARangeThatFitsNoInput() {
    assertThrows(IllegalArgumentException.class, () -> new InputRange(List.of()));
    for (double limit : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThrows(IllegalArgumentException.class, () -> InputRange.upTo(limit));
    }
    assertThrows(
        IllegalArgumentException.class, () -> plan(new InputRange(List.of(1.0, 1.0, 1.0))));
    assertThrows(IllegalArgumentException.class, () -> plan(InputRange.upTo(0x1.1p18)));
  }

  /** Folders belong to the model's owner; a plan is public. */
  @Test
  void shouldRefuseAPathAsItsName() {
    for (String name : List.of("/home/owner/model.onnx", "a/b", "C:\\models\\m.onnx", "")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> new NetworkPlan(name, Shape.of(4), FRACTION_BITS, null, List.of(layer())),
          name);
    }
  }

  /** Two channels of two elements, and two outputs with 24 fraction bits. */
  private static NetworkPlan plan(InputRange range) {
    return new NetworkPlan("plan", Shape.of(2, 2), FRACTION_BITS, range, List.of(layer()));
  }

  private static PlanLayer layer() {
    return new FusedLinearLayer(
        0, "layer", List.of(-1), new MatrixProduct(4, 2), 12, 24, false, 0x1p6);
  }

  private static float[] scaled(float[] input, float factor) {
    float[] scaled = input.clone();
    for (int i = 0; i < scaled.length; i++) {
      scaled[i] *= factor;
    }
    return scaled;
  }
}
