// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.PiecewiseFunctions;
import io.pascaline.layers.plaintext.FloatEngine;
import io.pascaline.layers.plaintext.PlaintextEngine;
import io.pascaline.layers.plan.ClassicActivationLayer;
import io.pascaline.layers.plan.ClassicLinearLayer;
import io.pascaline.layers.plan.ClassicMeanPoolLayer;
import io.pascaline.layers.plan.ConcatLayer;
import io.pascaline.layers.plan.InputRange;
import io.pascaline.layers.plan.JoinLayer;
import io.pascaline.layers.plan.LayerBound;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.ViewLayer;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.classic.ClassicLinear;
import io.pascaline.protocols.classic.ExactRelu;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Turns a network into a plan of the classic suite and weights in double words. Every tensor has
 * the same fraction bits: linear layers, pools and polynomials truncate their products locally. The
 * ring is wide, so calibration decides only the probability of failure, which the plan's costs
 * tell, and with it the fraction bits: see {@link ClassicSettings}.
 *
 * <p>ReLU and max pooling run exactly; polynomials by the protocol that the settings choose.
 */
public final class ClassicCompiler {
  /** No bound is narrower: values beyond calibration must have some room. */
  private static final double MIN_BOUND = 1;

  private final NetworkGraph graph;
  private final List<Stage> stages;
  private final Calibration calibration;
  private final ClassicSettings settings;
  private final int bits;

  private ClassicCompiler(
      NetworkGraph graph,
      List<Stage> stages,
      Calibration calibration,
      ClassicSettings settings,
      int bits) {
    this.graph = graph;
    this.stages = stages;
    this.calibration = calibration;
    this.settings = settings;
    this.bits = bits;
  }

  /**
   * Compiles a network.
   *
   * @param graph the network in float
   * @param calibrationInputs typical inputs, at least one
   * @param settings the choices
   * @return the network
   * @throws ModelCompileException if the network cannot be run as it is; the message says what to
   *     change
   */
  public static ClassicNetwork compile(
      NetworkGraph graph, List<float[]> calibrationInputs, ClassicSettings settings) {
    return compile(graph, calibrationInputs, settings, new FloatEngine());
  }

  /**
   * Compiles a network.
   *
   * @param graph the network in float
   * @param calibrationInputs typical inputs, at least one
   * @param settings the choices
   * @param engine runs the network on them
   * @return the network
   * @throws ModelCompileException if the network cannot be run as it is; the message says what to
   *     change
   */
  public static ClassicNetwork compile(
      NetworkGraph graph,
      List<float[]> calibrationInputs,
      ClassicSettings settings,
      PlaintextEngine engine) {
    NetworkGraph exact =
        Calibration.evened(PiecewiseFunctions.in(graph), calibrationInputs, engine);
    return compileExact(exact, calibrationInputs, settings, engine);
  }

  private static ClassicNetwork compileExact(
      NetworkGraph graph,
      List<float[]> calibrationInputs,
      ClassicSettings settings,
      PlaintextEngine engine) {
    List<Stage> stages = Lowering.lower(graph);
    requireKnown(stages, settings.protocols().ofLayer());
    Set<String> tensors = stages.stream().map(Stage::tensor).collect(Collectors.toSet());
    Calibration calibration = Calibration.of(graph, calibrationInputs, tensors, engine);
    for (int bits = settings.fractionBits().max(); bits > settings.fractionBits().min(); bits--) {
      ClassicCompiler compiler = new ClassicCompiler(graph, stages, calibration, settings, bits);
      if (compiler.keepsTheLimit()) {
        return compiler.emit();
      }
    }
    return new ClassicCompiler(graph, stages, calibration, settings, settings.fractionBits().min())
        .emit();
  }

  /**
   * Returns the activations and maxima of a network by the names of their tensors, in the order in
   * which they run, each with the id of the layer that it will be.
   *
   * @throws ModelCompileException if the network cannot be run as it is
   */
  public static Map<String, Integer> activationLayers(NetworkGraph graph) {
    List<Stage> stages = Lowering.lower(PiecewiseFunctions.in(graph));
    Map<String, Integer> layers = new LinkedHashMap<>();
    for (int i = 1; i < stages.size(); i++) {
      Stage stage = stages.get(i);
      boolean isActivation =
          switch (stage.kind()) {
            case ACTIVATION, FUNCTION, HARMONIC, RELU, MAX_POOL -> true;
            case SOURCE, LINEAR, POOL, JOIN, PRODUCT, VIEW, CONCAT -> false;
          };
      if (isActivation) {
        layers.put(stage.tensor(), i - 1);
      }
    }
    return layers;
  }

  private static void requireKnown(List<Stage> stages, Map<String, PolynomialProtocol> choices) {
    for (String tensor : choices.keySet()) {
      if (stages.stream()
          .noneMatch(s -> s instanceof Stage.Activation && s.tensor().equals(tensor))) {
        throw new ModelCompileException(
            "a protocol is chosen for '" + tensor + "', which is not a polynomial activation");
      }
    }
  }

  private boolean keepsTheLimit() {
    try {
      return plan().costs().failureProbability() <= settings.fractionBits().failureLimit();
    } catch (ModelCompileException tooLarge) {
      // Fewer bits may fit; if none do, the last attempt says why.
      return false;
    }
  }

  private NetworkPlan plan() {
    List<PlanLayer> layers = new ArrayList<>();
    for (int i = 1; i < stages.size(); i++) {
      int id = i - 1;
      Stage stage = stages.get(i);
      layers.add(explained(stage, () -> layer(id, stage)));
    }
    double encodable = Math.scalb(1.0, LayerBound.CLASSIC_BITS - bits);
    InputRange range = calibration.inputRange(settings.safetyFactor(), encodable);
    return new NetworkPlan(
        graph.name(), graph.inputShape(), bits, range, layers, graph.outputTransform());
  }

  private ClassicNetwork emit() {
    NetworkPlan plan = plan();
    long[][] weights = new long[stages.size() - 1][];
    long[][] biases = new long[stages.size() - 1][];
    for (int i = 1; i < stages.size(); i++) {
      if (stages.get(i) instanceof Stage.Linear linear) {
        int id = i - 1;
        weights[id] = explained(linear, () -> fixed(linear.weights(), bits));
        if (linear.biasOrNull() != null) {
          biases[id] = explained(linear, () -> fixed(linear.biasOrNull(), 2 * bits));
        }
      }
    }
    double expected = ExpectedFailure.of(plan.layers(), stages, calibration);
    return new ClassicNetwork(plan, weights, biases, expected, warnings());
  }

  private List<CompilerWarning> warnings() {
    double unit = Math.scalb(1.0, -bits);
    List<CompilerWarning> warnings = new ArrayList<>();
    for (Stage stage : stages) {
      if (stage instanceof Stage.Linear linear) {
        Precision.of(linear, inputTensor(stage), calibration, unit, unit).ifPresent(warnings::add);
      } else if (stage instanceof Stage.Activation activation
          && activation.basisOrNull() instanceof PolynomialBasis polynomial) {
        double[] coefficients = polynomial.coefficients();
        Precision.ofPolynomial(
                activation.tensor(), inputTensor(stage), coefficients, calibration, unit)
            .ifPresent(warnings::add);
      }
    }
    return warnings;
  }

  /** Steps refuse what their ring or arrays cannot hold; users know layers by their names. */
  private static <T> T explained(Stage stage, Supplier<T> part) {
    try {
      return part.get();
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new ModelCompileException(
          "layer '"
              + stage.tensor()
              + "' does not fit the classic suite: "
              + e.getMessage()
              + "; lower its fraction bits, normalise its input or use a smaller model");
    }
  }

  private PlanLayer layer(int id, Stage stage) {
    String name = stage.tensor();
    List<Integer> inputs = stage.inputs().stream().map(input -> input - 1).toList();
    return switch (stage.kind()) {
      case LINEAR -> linear(id, (Stage.Linear) stage, inputs);
      case ACTIVATION -> activation(id, (Stage.Activation) stage, inputs);
      case FUNCTION, HARMONIC ->
          throw new ModelCompileException(
              "node '"
                  + name
                  + "': the classic suite evaluates only polynomials, Relu, MaxPool and piecewise"
                  + " linear functions; run it with --suite fused, which approximates any"
                  + " function");
      case RELU ->
          new ClassicActivationLayer(id, name, inputs, new ExactRelu(id, stage.shape()), bits);
      case MAX_POOL ->
          ClassicActivationLayer.maxPool(id, name, inputs, ((Stage.MaxPool) stage).window(), bits);
      case POOL ->
          new ClassicMeanPoolLayer(
              id, name, inputs, ((Stage.Pool) stage).window(), bits, inputBound(stage));
      case PRODUCT ->
          throw new ModelCompileException(
              "node '"
                  + name
                  + "' multiplies two tensors, which the classic suite does not support: run it"
                  + " with --suite fused");
      case JOIN -> {
        int right = ((Stage.Join) stage).subtracts() ? -1 : 1;
        yield new JoinLayer(id, name, inputs, stage.shape(), 1, right, bits, 1);
      }
      case VIEW -> {
        Stage.View view = (Stage.View) stage;
        long pad = fixed(new double[] {view.pad()}, bits)[0];
        yield new ViewLayer(id, name, inputs, view.view(), pad, bits, 1);
      }
      case CONCAT -> {
        List<Integer> ones = Collections.nCopies(inputs.size(), 1);
        yield new ConcatLayer(id, name, inputs, ((Stage.Concat) stage).geometry(), ones, bits, 1);
      }
      case SOURCE -> throw new IllegalStateException("'" + name + "' is the input, not a layer");
    };
  }

  private PlanLayer linear(int id, Stage.Linear linear, List<Integer> inputs) {
    double outputBound = Math.scalb(bound(linear.tensor()), 2 * bits);
    return new ClassicLinearLayer(
        id,
        linear.tensor(),
        inputs,
        new ClassicLinear(id, linear.map(), bits, outputBound),
        bits,
        bits,
        linear.biasOrNull() != null);
  }

  private static long[] fixed(double[] values, int bits) {
    long[] fixed = new long[values.length];
    for (int i = 0; i < fixed.length; i++) {
      double scaled = Math.scalb(values[i], bits);
      if (!(Math.abs(scaled) < 0x1p62)) {
        throw new IllegalArgumentException("a weight or bias does not fit a double word");
      }
      fixed[i] = (long) Math.rint(scaled);
    }
    return fixed;
  }

  private PlanLayer activation(int id, Stage.Activation stage, List<Integer> inputs) {
    PolynomialProtocol protocol = settings.protocols().of(stage.tensor());
    if (!(stage.basisOrNull() instanceof PolynomialBasis polynomial)) {
      throw new ModelCompileException(
          "activation '"
              + stage.tensor()
              + "' is not a polynomial: the classic suite evaluates polynomials and ReLU; run it"
              + " with --suite fused");
    }
    return new ClassicActivationLayer(
        id,
        stage.tensor(),
        inputs,
        protocol.step(id, stage.shape(), polynomial, bits, inputBound(stage)),
        bits);
  }

  private String inputTensor(Stage stage) {
    return stages.get(stage.inputs().get(0)).tensor();
  }

  private double inputBound(Stage stage) {
    return bound(inputTensor(stage));
  }

  private double bound(String tensor) {
    return Math.max(MIN_BOUND, settings.safetyFactor() * calibration.largest(tensor));
  }
}
