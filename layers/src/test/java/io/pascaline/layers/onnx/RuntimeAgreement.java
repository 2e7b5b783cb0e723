// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.evaluate.FusedEvaluator;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.OutputTransform;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.layers.plaintext.FloatEvaluator;
import io.pascaline.protocols.activation.ActivationBasis;
import io.pascaline.protocols.activation.PolynomialBasis;
import io.pascaline.protocols.activation.TrigonometricBasis;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Compares an imported network, run by {@link FloatEvaluator}, with ONNX Runtime on the same file.
 *
 * <p>The tolerance is derived. A network here is built of sums and products only, so a computed
 * output is the exact sum of monomials with each monomial off by a factor of at most (1 + u)^N, u =
 * 2^-24, N the largest number of roundings on a path. Hence |computed - exact| &lt;= gamma(N) * M,
 * where M is the network with the absolute value of every constant, run on the absolute input, and
 * gamma(N) = N u / (1 - N u). Both sides may be off by that much. ReLU and maxima round nothing and
 * move no further than their inputs; of absolute values, ReLU is the identity.
 */
final class RuntimeAgreement {
  private static final double UNIT_ROUNDOFF = 0x1p-24;

  /** Roundings of constants before they meet a tensor, at most: folding, scaling, splitting. */
  private static final int CONSTANT_ROUNDINGS = 12;

  private RuntimeAgreement() {}

  /** Imports a model and checks that it computes what ONNX Runtime does, on three inputs. */
  static NetworkGraph check(TestModel model, long seed) {
    return check(model.bytes(), seed);
  }

  static NetworkGraph check(byte[] model, long seed) {
    NetworkGraph graph = OnnxImporter.read(model, "test");
    FloatEvaluator evaluator = new FloatEvaluator(graph);
    double relative = gamma(roundings(graph));
    SplittableRandom random = new SplittableRandom(seed);
    for (int run = 0; run < 3; run++) {
      float[] input = new float[graph.inputShape().elementCount()];
      for (int i = 0; i < input.length; i++) {
        input[i] = (float) (4 * random.nextDouble() - 2);
      }
      float[] expected = runtime(model, graph, input);
      float[] actual = evaluator.run(input);
      float[] magnitude =
          new FloatEvaluator(absolute(graph, evaluator.runAll(input))).run(absolute(input));
      double[] tolerances = new double[actual.length];
      for (int i = 0; i < actual.length; i++) {
        tolerances[i] = 2 * relative * magnitude[i] * (1 + 2 * relative);
      }
      assertNear(
          graph.outputTransform(), expected, actual, tolerances, "seed " + seed + " run " + run);
    }
    return graph;
  }

  private static void assertNear(
      OutputTransform transform, float[] expected, float[] output, double[] outputs, String where) {
    float[] actual = transform.apply(output);
    double[] tolerances = outputs;
    if (transform.kind() != OutputTransform.Kind.NONE) {
      // An element moves by no more than twice the largest move of an argument (once for softmax
      // and a quarter for the sigmoid); beside that, each of up to 512 terms rounds on both sides.
      double largest = Arrays.stream(outputs).max().orElseThrow();
      tolerances = new double[actual.length];
      for (int i = 0; i < tolerances.length; i++) {
        tolerances[i] = 2 * largest + 2 * gamma(512) * (1 + Math.abs(actual[i]));
      }
    }
    assertEquals(expected.length, actual.length, "elements of the output");
    for (int i = 0; i < actual.length; i++) {
      double error = Math.abs((double) actual[i] - expected[i]);
      String values = actual[i] + " but runtime " + expected[i] + ", tolerance " + tolerances[i];
      assertTrue(error <= tolerances[i], where + " output " + i + ": " + values);
    }
  }

  private static double gamma(double roundings) {
    assertTrue(roundings * UNIT_ROUNDOFF < 0.01, "too deep for a tolerance that means anything");
    return roundings * UNIT_ROUNDOFF / (1 - roundings * UNIT_ROUNDOFF);
  }

  private static double roundings(NetworkGraph graph) {
    Map<String, Double> counts = new HashMap<>();
    counts.put(graph.inputName(), 0.0);
    for (GraphNode node : graph.nodes()) {
      double count = 0;
      for (String input : node.inputs()) {
        count = Math.max(count, counts.get(input));
      }
      if (node instanceof LinearNode linear) {
        double terms =
            (double) linear.map().weightShape().elementCount() / linear.map().outputShape().dim(0);
        count += terms + 2 + CONSTANT_ROUNDINGS;
      } else if (node instanceof ActivationNode activation) {
        // A power written out rounds once per factor, a coefficient may be a product of several.
        int degree = activation.basis().termCount();
        count = degree * count + 3 * degree + degree * CONSTANT_ROUNDINGS;
      } else if (node instanceof FunctionNode function) {
        count += 2 * function.function(0).size() + CONSTANT_ROUNDINGS;
      } else if (node instanceof ProductNode) {
        count = counts.get(node.inputs().get(0)) + counts.get(node.inputs().get(1)) + 1;
      } else if (node instanceof AveragePoolNode pool) {
        count += pool.windowElementCount() + 1;
      } else if (!(node instanceof ReluNode || node instanceof MaxPoolNode || moves(node))) {
        count += 2 + CONSTANT_ROUNDINGS;
      }
      counts.put(node.name(), count);
    }
    return counts.get(graph.outputName());
  }

  private static boolean moves(GraphNode node) {
    return node instanceof ViewNode || node instanceof ConcatNode || node instanceof ReshapeNode;
  }

  private static NetworkGraph absolute(NetworkGraph graph, Map<String, float[]> tensors) {
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode n) {
        nodes.add(
            new LinearNode(
                n.name(), n.inputs(), n.map(), absolute(n.weights()), absolute(n.biasOrNull())));
      } else if (node instanceof AffineNode n) {
        nodes.add(
            new AffineNode(
                n.name(),
                n.inputs(),
                n.shape(),
                absolute(n.scalePerChannel()),
                absolute(n.shiftPerChannel())));
      } else if (node instanceof AddNode n) {
        nodes.add(new AddNode(n.name(), n.inputs(), n.shape()));
      } else if (node instanceof ViewNode n) {
        nodes.add(new ViewNode(n.name(), n.inputs(), n.view(), Math.abs(n.pad())));
      } else if (node instanceof ActivationNode n) {
        nodes.add(new ActivationNode(n.name(), n.inputs(), n.shape(), absolute(n.basis())));
      } else if (node instanceof FunctionNode n) {
        PolynomialBasis line = line(n, tensors.get(n.inputs().get(0)));
        nodes.add(new ActivationNode(n.name(), n.inputs(), n.shape(), line));
      } else {
        nodes.add(node);
      }
    }
    return new NetworkGraph(
        graph.name(), graph.inputName(), graph.inputShape(), nodes, graph.outputName());
  }

  /**
   * Bounds how far a function may be off. Its input is off by a fraction of itself, which the
   * function's steepest slope multiplies; and each of its operations rounds a number no larger than
   * the input, the result or 1, and by as much again where one of them is steep.
   */
  private static PolynomialBasis line(FunctionNode node, float[] input) {
    double range = 1;
    for (float value : input) {
      range = Math.max(range, Math.abs(value));
    }
    double steepest = 1;
    double largest = 1;
    double step = range / 1000;
    for (ScalarFunction function : node.functions()) {
      for (double x = -range; x < range; x += step) {
        double rise = Math.abs(function.value(x + step) - function.value(x));
        // NaN where the function has no value; the inputs avoid it.
        steepest = rise > steepest * step ? rise / step : steepest;
        largest = Math.abs(function.value(x)) > largest ? Math.abs(function.value(x)) : largest;
      }
    }
    return new PolynomialBasis(largest + steepest, 1 + steepest);
  }

  private static PolynomialBasis absolute(ActivationBasis basis) {
    if (basis instanceof TrigonometricBasis waves) {
      // An angle's rounding moves a wave by no more than the angle is large.
      double constant = Math.abs(waves.constant());
      double slope = Math.abs(waves.slope());
      for (int k = 1; k <= waves.harmonicCount(); k++) {
        double amplitude = Math.abs(waves.cosines()[k - 1]) + Math.abs(waves.sines()[k - 1]);
        constant += amplitude;
        slope += 2 * Math.PI * k / waves.period() * amplitude;
      }
      return new PolynomialBasis(constant, slope);
    }
    double[] coefficients = ((PolynomialBasis) basis).coefficients();
    for (int i = 0; i < coefficients.length; i++) {
      coefficients[i] = Math.abs(coefficients[i]);
    }
    return new PolynomialBasis(coefficients);
  }

  private static float[] absolute(float[] values) {
    float[] absolute = values == null ? null : values.clone();
    for (int i = 0; values != null && i < values.length; i++) {
      absolute[i] = Math.abs(values[i]);
    }
    return absolute;
  }

  /**
   * Checks that a compiled network answers like ONNX Runtime: the root of the mean square of the
   * difference, in parts of the standard deviation of the runtime's answers.
   */
  static void checkPrivate(
      byte[] model,
      NetworkGraph graph,
      FusedNetwork network,
      List<float[]> inputs,
      double tolerance) {
    FusedEvaluator evaluator = new FusedEvaluator(network);
    double sum = 0;
    double squares = 0;
    double errors = 0;
    double count = 0;
    for (float[] input : inputs) {
      float[] expected = runtime(model, graph, input);
      float[] actual = evaluator.infer(input);
      assertEquals(expected.length, actual.length, "elements of the output");
      for (int i = 0; i < actual.length; i++) {
        sum += expected[i];
        squares += Math.pow(expected[i], 2);
        errors += Math.pow((double) actual[i] - expected[i], 2);
      }
      count += actual.length;
    }
    double deviation = Math.sqrt(squares / count - Math.pow(sum / count, 2));
    double error = Math.sqrt(errors / count) / deviation;
    assertTrue(error <= tolerance, "error " + error + ", tolerance " + tolerance);
  }

  /** Returns the answer of ONNX Runtime. */
  static float[] runtime(byte[] model, NetworkGraph graph, float[] input) {
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR);
      // As written: rewritten models would round elsewhere than the tolerance assumes.
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.NO_OPT);
      long[] dims = new long[graph.inputShape().rank() + 1];
      dims[0] = 1;
      for (int i = 1; i < dims.length; i++) {
        dims[i] = graph.inputShape().dim(i - 1);
      }
      try (OrtSession session = environment.createSession(model, options);
          OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(input), dims);
          OrtSession.Result result = session.run(Map.of(graph.inputName(), tensor))) {
        FloatBuffer output = ((OnnxTensor) result.get(0)).getFloatBuffer();
        float[] values = new float[output.remaining()];
        output.get(values);
        return values;
      }
    } catch (OrtException e) {
      throw new AssertionError("ONNX Runtime refuses the test's model: " + e.getMessage(), e);
    }
  }
}
