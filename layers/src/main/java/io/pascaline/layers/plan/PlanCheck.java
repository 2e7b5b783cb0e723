// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.share.Ring;
import java.math.BigInteger;
import java.util.List;

/** Compares every layer of a plan with its producers. */
final class PlanCheck {
  private final NetworkPlan plan;

  PlanCheck(NetworkPlan plan) {
    this.plan = plan;
  }

  /** Returns the ring of a plan's layers; a plan without any layer of a suite is one of words. */
  static Ring ring(List<PlanLayer> layers) {
    boolean words = false;
    boolean doubleWords = false;
    for (PlanLayer layer : layers) {
      switch (layer.kind()) {
        case FUSED_LINEAR, FUSED_ACTIVATION, FUSED_HARMONIC, FUSED_PRODUCT, FUSED_SUM_POOL ->
            words = true;
        case CLASSIC_LINEAR, CLASSIC_ACTIVATION, CLASSIC_MEAN_POOL -> doubleWords = true;
        case JOIN, VIEW, CONCAT -> {} // In either ring.
        default -> throw new IllegalArgumentException("layer is of unknown kind " + layer.kind());
      }
    }
    if (words && doubleWords) {
      throw new IllegalArgumentException("layers of the fused and the classic suite do not mix");
    }
    return doubleWords ? Ring.DOUBLE_WORDS : Ring.WORDS;
  }

  void run() {
    List<PlanLayer> layers = plan.layers();
    if (layers.isEmpty()) {
      throw new IllegalArgumentException("a plan must have at least one layer");
    }
    boolean[] used = new boolean[layers.size()];
    used[layers.size() - 1] = true;
    for (int id = 0; id < layers.size(); id++) {
      PlanLayer layer = layers.get(id);
      if (layer.id() != id) {
        throw new IllegalArgumentException("layer at " + id + " has id " + layer.id());
      }
      for (int port = 0; port < layer.inputs().size(); port++) {
        int input = layer.inputs().get(port);
        if (input != PlanLayer.NETWORK_INPUT) {
          used[input] = true;
        }
        if (elementCount(input) != layer.inputShape(port).elementCount()) {
          throw refusal(layer, "reads " + elementCount(input) + " elements");
        }
      }
      checkScale(layer);
      checkVisibility(layer);
    }
    for (int id = 0; id < used.length; id++) {
      if (!used[id]) {
        throw new IllegalArgumentException("nobody reads the output of layer " + id);
      }
    }
  }

  private void checkVisibility(PlanLayer layer) {
    Visibility expected = plan.visibility();
    if (plan.ring() != Ring.WORDS && expected != Visibility.SHARED) {
      throw new IllegalArgumentException(
          "visibility is "
              + expected
              + ", must be SHARED in the classic suite: use the fused suite for other weights");
    }
    if (layer instanceof WeightedLayer weighted && weighted.visibility() != expected) {
      throw refusal(
          layer, "has weights that are " + weighted.visibility() + ", in a plan of " + expected);
    }
  }

  private void checkScale(PlanLayer layer) {
    int first = layer.inputs().get(0);
    boolean follows =
        switch (layer.kind()) {
          case FUSED_LINEAR ->
              layer.outputFractionBits()
                  == fractionBits(first) + ((FusedLinearLayer) layer).weightFractionBits();
          case FUSED_ACTIVATION -> isScaled((FusedFunctionLayer) layer);
          // A divisor would leave harmonics that do not repeat with the ring.
          case FUSED_HARMONIC -> isScaled((FusedFunctionLayer) layer) && divisor(first) == 1;
          case FUSED_PRODUCT -> {
            int second = layer.inputs().get(1);
            yield layer.outputFractionBits() == fractionBits(first) + fractionBits(second)
                && divisor(first) == 1
                && divisor(second) == 1;
          }
          case FUSED_SUM_POOL ->
              isSameUnit(layer, first, ((FusedSumPoolLayer) layer).window().area());
          case JOIN -> {
            JoinLayer join = (JoinLayer) layer;
            yield isSameUnit(layer, first, join.leftMultiplier())
                && isSameUnit(layer, join.inputs().get(1), Math.abs(join.rightMultiplier()));
          }
          case VIEW -> {
            checkPad((ViewLayer) layer);
            yield isSameUnit(layer, first, 1);
          }
          case CONCAT -> {
            ConcatLayer concat = (ConcatLayer) layer;
            boolean all = true;
            for (int i = 0; i < concat.inputs().size(); i++) {
              all &= isSameUnit(layer, concat.inputs().get(i), concat.multipliers().get(i));
            }
            yield all;
          }
          case CLASSIC_LINEAR, CLASSIC_ACTIVATION, CLASSIC_MEAN_POOL ->
              layer.outputFractionBits() == fractionBits(first);
        };
    if (!follows) {
      throw refusal(layer, "has a scale that does not follow from its input's");
    }
  }

  private boolean isScaled(FusedFunctionLayer layer) {
    int shift = Integer.numberOfTrailingZeros(layer.inputMultiplier());
    return layer.inputFractionBits() == fractionBits(layer.inputs().get(0)) + shift;
  }

  private void checkPad(ViewLayer view) {
    if (plan.ring() == Ring.WORDS && view.pad() != (int) view.pad()) {
      throw refusal(view, "pads with " + view.pad() + ", which no word holds");
    }
  }

  /** Returns whether an input's unit is the output's unit times the multiplier. */
  private boolean isSameUnit(PlanLayer layer, int input, int multiplier) {
    BigInteger inputDivisor = BigInteger.valueOf(divisor(input));
    BigInteger outputDivisor = BigInteger.valueOf(layer.outputDivisor());
    // Bits differ by at most 124, so these shifts are small; both sides stay integers.
    int shift = layer.outputFractionBits() - fractionBits(input);
    BigInteger left = inputDivisor.multiply(BigInteger.valueOf(multiplier));
    return left.shiftLeft(Math.max(0, -shift)).equals(outputDivisor.shiftLeft(Math.max(0, shift)));
  }

  private static IllegalArgumentException refusal(PlanLayer layer, String what) {
    return new IllegalArgumentException("layer " + layer.id() + " " + what);
  }

  private int elementCount(int input) {
    return input == PlanLayer.NETWORK_INPUT
        ? plan.inputShape().elementCount()
        : plan.layers().get(input).outputShape().elementCount();
  }

  private int fractionBits(int input) {
    return input == PlanLayer.NETWORK_INPUT
        ? plan.inputFractionBits()
        : plan.layers().get(input).outputFractionBits();
  }

  private long divisor(int input) {
    return input == PlanLayer.NETWORK_INPUT ? 1 : plan.layers().get(input).outputDivisor();
  }
}
