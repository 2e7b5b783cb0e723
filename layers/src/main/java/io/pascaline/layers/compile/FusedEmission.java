// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.approximate.ApproximatedNetwork;
import io.pascaline.layers.approximate.Approximation;
import io.pascaline.layers.approximate.LayerApproximation;
import io.pascaline.layers.approximate.RingPeriod;
import io.pascaline.layers.compile.RingFunctions.RingFunction;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.plan.ConcatLayer;
import io.pascaline.layers.plan.FusedActivationLayer;
import io.pascaline.layers.plan.FusedLinearLayer;
import io.pascaline.layers.plan.FusedProductLayer;
import io.pascaline.layers.plan.FusedSumPoolLayer;
import io.pascaline.layers.plan.HarmonicActivationLayer;
import io.pascaline.layers.plan.InputRange;
import io.pascaline.layers.plan.JoinLayer;
import io.pascaline.layers.plan.LayerBound;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.ViewLayer;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.HarmonicFunction;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.fused.FusedActivation;
import io.pascaline.protocols.fused.FusedProduct;
import io.pascaline.protocols.fused.HarmonicActivation;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Writes stages with known scales as a plan and integer weights. Stage i becomes layer i - 1. */
final class FusedEmission {
  /** A bound this many times the largest calibrated value needs no warning. */
  private static final double COMFORTABLE_MARGIN = 2;

  /** Values this many times the error of their approximation need no warning. */
  private static final double COMFORTABLE_FIT = 5;

  /** Words are multiplied by at most 2 to the power of this before an activation. */
  private static final int MAX_SHIFT = 30;

  private final NetworkGraph graph;
  private final ApproximatedNetwork approximated;
  private final List<Stage> stages;
  private final Scale[] scales;
  private final Calibration calibration;
  private final FusedSettings settings;
  private final RingFunctions rings;
  private final List<PlanLayer> layers = new ArrayList<>();
  private final List<CompilerWarning> warnings = new ArrayList<>();
  private final int[][] weights;
  private final int[][] biases;

  FusedEmission(
      ApproximatedNetwork approximated,
      List<Stage> stages,
      Scale[] scales,
      Calibration calibration,
      FusedSettings settings) {
    this.graph = approximated.graph();
    this.approximated = approximated;
    this.stages = stages;
    this.scales = scales;
    this.calibration = calibration;
    this.settings = settings;
    this.rings = new RingFunctions(stages, scales, calibration, settings);
    this.weights = new int[stages.size() - 1][];
    this.biases = new int[stages.size() - 1][];
  }

  FusedNetwork emit() {
    for (int i = 1; i < scales.length; i++) {
      layers.add(layer(i));
    }
    NetworkPlan plan =
        new NetworkPlan(
            graph.name(),
            graph.inputShape(),
            scales[0].fractionBits(),
            inputRange(),
            layers,
            graph.outputTransform());
    warnOfFits();
    return new FusedNetwork(plan, weights, biases, warnings, approximated);
  }

  private InputRange inputRange() {
    double encodable = LayerBound.ofFractionBits(scales[0].fractionBits());
    // Functions are fitted no further: a larger input may lead to values that no fit has covered.
    double factor =
        approximated.layers().isEmpty()
            ? settings.safetyFactor()
            : Math.min(settings.safetyFactor(), Approximation.FIT_MARGIN);
    return calibration.inputRange(factor, encodable);
  }

  private PlanLayer layer(int i) {
    Stage stage = stages.get(i);
    List<Integer> inputs = stage.inputs().stream().map(input -> input - 1).toList();
    int bits = scales[i].fractionBits();
    long divisor = scales[i].divisor();
    return switch (stage.kind()) {
      case LINEAR -> linear(i, (Stage.Linear) stage, inputs);
      case ACTIVATION -> activation(i, (Stage.Activation) stage, inputs);
      case POOL -> {
        Stage.Pool pool = (Stage.Pool) stage;
        yield new FusedSumPoolLayer(i - 1, pool.tensor(), inputs, pool.window(), bits, divisor);
      }
      case JOIN -> {
        int left = scales[stage.inputs().get(0)].multiplierTo(scales[i]);
        int right = scales[stage.inputs().get(1)].multiplierTo(scales[i]);
        right = ((Stage.Join) stage).subtracts() ? -right : right;
        yield new JoinLayer(
            i - 1, stage.tensor(), inputs, stage.shape(), left, right, bits, divisor);
      }
      case PRODUCT -> {
        Stage.Product product = (Stage.Product) stage;
        warnOfMargin(i);
        yield new FusedProductLayer(
            i - 1,
            product.tensor(),
            inputs,
            new FusedProduct(i - 1, product.shape(), product.factorShape()),
            bits,
            LayerBound.ofFractionBits(bits));
      }
      case VIEW -> {
        Stage.View view = (Stage.View) stage;
        long pad = Math.round(Math.scalb(view.pad() * divisor, bits));
        yield new ViewLayer(i - 1, view.tensor(), inputs, view.view(), pad, bits, divisor);
      }
      case CONCAT -> {
        Stage.Concat concat = (Stage.Concat) stage;
        List<Integer> multipliers =
            stage.inputs().stream().map(input -> scales[input].multiplierTo(scales[i])).toList();
        yield new ConcatLayer(
            i - 1, concat.tensor(), inputs, concat.geometry(), multipliers, bits, divisor);
      }
      case HARMONIC -> {
        Stage.Harmonic fitted = (Stage.Harmonic) stage;
        // Its period is the ring's, which sets the scale of the input.
        int inputBits = RingPeriod.fractionBitsOf(fitted.period());
        yield harmonic(i, inputs, inputBits, fitted.function());
      }
      case SOURCE, FUNCTION, RELU, MAX_POOL ->
          throw new IllegalStateException(
              "'" + stage.tensor() + "' is " + stage.kind() + ", no layer of the fused suite");
    };
  }

  private PlanLayer linear(int i, Stage.Linear linear, List<Integer> inputs) {
    Scale input = scales[linear.inputs().get(0)];
    int bits = scales[i].fractionBits();
    int weightBits = ScaleAssignment.weightBits(linear, i, scales);
    if (weightBits < settings.weightBits().minimum()) {
      throw new ModelCompileException(
          "layer '"
              + linear.tensor()
              + "': values up to "
              + calibration.largest(linear.tensor())
              + " leave "
              + Math.max(0, weightBits)
              + " bits for its weights, but at least "
              + settings.weightBits().minimum()
              + " are needed: "
              + ModelCompileException.TOO_LARGE);
    }
    if (weightBits < settings.weightBits().preferred()) {
      warn(
          linear.tensor(),
          CompilerWarning.Kind.WEIGHT_BITS,
          weightBits,
          settings.weightBits().preferred());
    }
    warnOfMargin(i);
    int weightFractionBits = bits - input.fractionBits();
    double factor = rings.factorOf(i);
    double unitsPerOne = factor * Math.scalb(1.0, weightFractionBits) / input.divisor();
    if (i == stages.size() - 1) {
      // What earlier layers lose, their weight bits tell; an answer may vary around an offset.
      String inputTensor = stages.get(linear.inputs().get(0)).tensor();
      double outputUnit = Math.scalb(1.0, -bits) / factor;
      Precision.of(linear, inputTensor, calibration, 1 / unitsPerOne, outputUnit)
          .ifPresent(warnings::add);
    }
    weights[i - 1] = words(linear.weights(), unitsPerOne);
    if (linear.biasOrNull() != null) {
      biases[i - 1] = words(linear.biasOrNull(), factor * Math.scalb(1.0, bits));
    }
    return new FusedLinearLayer(
        i - 1,
        linear.tensor(),
        inputs,
        linear.map(),
        weightFractionBits,
        bits,
        linear.biasOrNull() != null,
        LayerBound.ofFractionBits(bits));
  }

  private static int[] words(double[] values, double unitsPerOne) {
    int[] words = new int[values.length];
    for (int i = 0; i < words.length; i++) {
      words[i] = Math.toIntExact((long) Math.rint(values[i] * unitsPerOne));
    }
    return words;
  }

  private PlanLayer activation(int i, Stage.Activation stage, List<Integer> inputs) {
    Scale input = scales[stage.inputs().get(0)];
    RingFunction ring = rings.ofOrNull(i);
    if (ring != null) {
      return harmonic(i, inputs, ring.inputFractionBits(), ring.function());
    }
    double range =
        settings.safetyFactor() * calibration.largest(stages.get(stage.inputs().get(0)).tensor());
    int finest = Math.min(ScaleAssignment.MAX_FRACTION_BITS, input.fractionBits() + MAX_SHIFT);
    int bits = Math.max(input.fractionBits(), input.tightest(range, finest).fractionBits());
    ActivationBasis basis = basis(stage, input.divisor());
    FusedActivation activation =
        explained(
            stage.tensor(),
            bits,
            () ->
                FusedActivation.plan(i - 1, stage.shape(), basis, bits, scales[i].fractionBits()));
    boolean rescale = stage.basisOrNull() == null;
    return new FusedActivationLayer(
        i - 1,
        rescale ? stage.tensor() + "/rescale" : stage.tensor(),
        inputs,
        1 << (bits - input.fractionBits()),
        activation,
        LayerBound.ofFractionBits(bits));
  }

  private PlanLayer harmonic(int i, List<Integer> inputs, int bits, HarmonicFunction function) {
    Stage stage = stages.get(i);
    Scale input = scales[stage.inputs().get(0)];
    int shift = bits - input.fractionBits();
    if (shift > MAX_SHIFT) {
      throw new ModelCompileException(
          "the period of activation '"
              + stage.tensor()
              + "' is too short for its input, which another one reads with a period more than 2^"
              + MAX_SHIFT
              + " times as long: give both periods of similar lengths");
    }
    if (input.divisor() != 1 || shift < 0) {
      throw new IllegalStateException(
          "'"
              + stage.tensor()
              + "' expects "
              + bits
              + " fraction bits, but its input has "
              + input);
    }
    HarmonicActivation activation =
        explained(
            stage.tensor(),
            bits,
            () ->
                HarmonicActivation.plan(
                    i - 1, stage.shape(), function, bits, scales[i].fractionBits()));
    return new HarmonicActivationLayer(
        i - 1, stage.tensor(), inputs, 1 << shift, activation, LayerBound.ofFractionBits(bits));
  }

  /** Returns a step. What a word cannot hold is refused; users know layers by their names. */
  private static <T> T explained(String tensor, int inputBits, Supplier<T> step) {
    try {
      return step.get();
    } catch (IllegalArgumentException e) {
      throw new ModelCompileException(
          "activation '"
              + tensor
              + "' cannot be evaluated for inputs up to "
              + LayerBound.ofFractionBits(inputBits)
              + "; normalise its input or train with a smaller range: "
              + e.getMessage());
    }
  }

  /**
   * Returns the function of the undivided input; others than polynomials have a rescale before
   * them.
   */
  private static ActivationBasis basis(Stage.Activation stage, long divisor) {
    ActivationBasis basis =
        stage.basisOrNull() == null ? PolynomialBasis.identity() : stage.basisOrNull();
    if (divisor == 1) {
      return basis;
    }
    PolynomialBasis polynomial = (PolynomialBasis) basis;
    double[] coefficients = polynomial.coefficients();
    double power = 1;
    for (int k = 0; k < coefficients.length; k++) {
      coefficients[k] /= power;
      power *= divisor;
    }
    return new PolynomialBasis(coefficients);
  }

  private void warnOfFits() {
    double allowed = settings.approximation().budget() / approximated.effect();
    // Written so that an effect that is no number is warned of, too.
    if (settings.approximation().mode() == Approximation.Mode.AUTO && !(allowed >= 1)) {
      warn(graph.outputName(), CompilerWarning.Kind.BUDGET, allowed, 1);
    }
    for (LayerApproximation layer : approximated.layers()) {
      double ratio = layer.rmsOutput() / layer.rmsError();
      if (ratio < COMFORTABLE_FIT) {
        warn(layer.layer(), CompilerWarning.Kind.FIT, ratio, COMFORTABLE_FIT);
      }
    }
  }

  private void warnOfMargin(int i) {
    double largest = calibration.largest(stages.get(i).tensor());
    double bound = LayerBound.ofFractionBits(scales[i].fractionBits());
    if (bound < COMFORTABLE_MARGIN * largest) {
      warn(
          stages.get(i).tensor(),
          CompilerWarning.Kind.RANGE_MARGIN,
          bound / largest,
          COMFORTABLE_MARGIN);
    }
  }

  private void warn(String tensor, CompilerWarning.Kind kind, double value, double recommended) {
    warnings.add(new CompilerWarning(tensor, kind, value, recommended));
  }
}
