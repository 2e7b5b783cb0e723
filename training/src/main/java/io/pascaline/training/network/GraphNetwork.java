// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.network;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import io.pascaline.layers.graph.ActivationNode;
import io.pascaline.layers.graph.AddNode;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.AveragePoolNode;
import io.pascaline.layers.graph.ConcatNode;
import io.pascaline.layers.graph.FunctionNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.HarmonicNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.MaxPoolNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.layers.graph.ProductNode;
import io.pascaline.layers.graph.ReluNode;
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import io.pascaline.protocols.activation.ActivationBasis;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A trainable network laid out like a graph, whose weights it starts from. Affine nodes become
 * batch normalisation. ReLU, polynomials and trigonometric functions become those of the given
 * family; harmonics and other functions stay what they are.
 *
 * <p>Input [N, C, H, W]. Output: the logits [N, classes], then the input of every activation in
 * graph order, as it is before any clipping, so that a loss can see them. A polynomial goes on
 * along its tangent outside its range while training, so that an input that escapes neither blows
 * up nor loses its gradient; evaluation uses the polynomial itself.
 *
 * <p>Not thread-safe.
 */
public final class GraphNetwork extends AbstractBlock {
  private static final byte VERSION = 1;

  private final NetworkGraph graph;
  private final ActivationFamily family;
  private final BlendedActivation training;
  private final BlendedActivation evaluation;
  private final Map<String, LinearParameters> linears = new LinkedHashMap<>();
  private final Map<String, NormParameters> norms = new LinkedHashMap<>();
  private final Map<String, BlendedActivation> functions = new HashMap<>();
  private final Map<String, HarmonicPlanes> planes = new HashMap<>();
  private final List<String> activationNames = new ArrayList<>();
  private final float logitScale;
  private double blend = 1;

  /**
   * A network that is not initialised yet, some of which does not learn.
   *
   * @param graph layout and first weights
   * @param family every activation's function
   * @param constant names of linear layers whose weights stay; their biases learn
   * @param logitScale factor of the logits, which {@link #trained} puts into the last layer's
   *     weights
   * @throws IllegalArgumentException if a layer cannot be trained, or there is a factor and the
   *     last layer is not linear, or the family keeps harmonics and an activation has none
   */
  public GraphNetwork(
      NetworkGraph graph, ActivationFamily family, Set<String> constant, double logitScale) {
    super(VERSION);
    this.graph = graph;
    this.family = family;
    this.logitScale = (float) logitScale;
    this.training = activation(family, family.range());
    this.evaluation = activation(family, Double.POSITIVE_INFINITY);
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode linear) {
        LinearParameters parameters = new LinearParameters(linear, constant.contains(node.name()));
        linears.put(node.name(), parameters);
        parameters.all().forEach(p -> addParameter(p.parameter()));
      } else if (node instanceof AffineNode affine) {
        NormParameters parameters = new NormParameters(affine);
        norms.put(node.name(), parameters);
        parameters.all().forEach(p -> addParameter(p.parameter()));
      } else if (node instanceof FunctionNode function) {
        functions.put(node.name(), fixed(function));
        activationNames.add(node.name());
      } else if (node instanceof HarmonicNode harmonics) {
        planes.put(node.name(), new HarmonicPlanes(harmonics));
        activationNames.add(node.name());
      } else if (node instanceof ReluNode || node instanceof ActivationNode) {
        requireReplaceable(node);
        activationNames.add(node.name());
      } else {
        Pooling.requireTrainable(node);
      }
    }
    if (logitScale != 1 && !linears.containsKey(graph.outputName())) {
      throw new IllegalArgumentException(
          "logitScale " + logitScale + " needs a linear layer at the end of " + graph.name());
    }
  }

  private void requireReplaceable(GraphNode node) {
    if (family instanceof ActivationFamily.Kept) {
      throw new IllegalArgumentException(
          "node '" + node.name() + "' has no harmonics that training could keep");
    }
  }

  private static BlendedActivation fixed(FunctionNode node) {
    if (node.functions().size() > 1) {
      throw new IllegalArgumentException(
          "node '"
              + node.name()
              + "' has a function for each channel, which cannot be trained: use one function");
    }
    return new BlendedActivation(new FunctionKernel(node.function(0)));
  }

  static BlendedActivation activation(ActivationFamily family, double range) {
    if (family instanceof ActivationFamily.Standard standard) {
      return new BlendedActivation(new FunctionKernel(standard.function()));
    }
    if (family instanceof ActivationFamily.Polynomial polynomial) {
      return new BlendedActivation(
          new PolynomialKernel(polynomial.polynomial().coefficients(), range));
    }
    return family instanceof ActivationFamily.Trigonometric trigonometric
        ? new BlendedActivation(new HarmonicKernel(trigonometric.harmonics()))
        : null;
  }

  /** Returns the activations' nodes, in the order of the outputs after the logits. */
  public List<String> activationNames() {
    return List.copyOf(activationNames);
  }

  /**
   * Sets how much of the family's function there is: {@code (1 - target) relu + target f}. 1 at
   * first.
   *
   * @throws IllegalArgumentException if it is not between 0 and 1
   */
  public void blend(double target) {
    if (!(target >= 0 && target <= 1)) {
      throw new IllegalArgumentException("target is " + target + ", must be between 0 and 1");
    }
    blend = target;
  }

  /** Returns how much of the family's function there is. */
  public double blend() {
    return blend;
  }

  @Override
  protected NDList forwardInternal(
      ParameterStore store, NDList inputs, boolean forTraining, PairList<String, Object> params) {
    NDArray input = inputs.singletonOrThrow();
    Function<Parameter, NDArray> arrays =
        parameter -> store.getValue(parameter, input.getDevice(), forTraining);
    return run(arrays, input, forTraining, false);
  }

  /**
   * Takes the statistics of all normalisations anew from these images without changing what the
   * network computes. To be called once before training starts from the graph of the constructor,
   * because a graph has no statistics.
   *
   * @param images [N, C, H, W], a few hundred of the training set
   */
  public void settle(NDArray images) {
    run(Parameter::getArray, images, false, true);
  }

  private NDList run(
      Function<Parameter, NDArray> arrays, NDArray input, boolean forTraining, boolean settling) {
    Map<String, NDArray> tensors = new HashMap<>();
    tensors.put(graph.inputName(), input);
    NDList outputs = new NDList();
    for (GraphNode node : graph.nodes()) {
      NDArray x = tensors.get(node.inputs().get(0));
      NDArray y;
      if (node instanceof LinearNode) {
        y = linears.get(node.name()).forward(arrays, x);
      } else if (node instanceof AffineNode) {
        if (settling) {
          norms.get(node.name()).settle(x);
        }
        y = norms.get(node.name()).forward(arrays, x, forTraining);
      } else if (node instanceof AddNode add) {
        NDArray other = tensors.get(node.inputs().get(1));
        y = add.subtracts() ? x.sub(other) : x.add(other);
      } else if (node instanceof ConcatNode concat) {
        NDList parts = new NDList();
        concat.inputs().forEach(part -> parts.add(tensors.get(part)));
        y = NDArrays.concat(parts, concat.geometry().axis() + 1);
      } else if (node instanceof ReshapeNode) {
        y = x.reshape(Dims.batched(-1, node.outputShape()));
      } else if (node instanceof AveragePoolNode || node instanceof MaxPoolNode) {
        y = Pooling.forward(node, x);
      } else if (node instanceof ViewNode view) {
        y = Pooling.view(view, x);
      } else if (node instanceof ProductNode) {
        y = x.mul(tensors.get(node.inputs().get(1)));
      } else {
        outputs.add(x);
        BlendedActivation fixed = functions.get(node.name());
        y =
            fixed == null
                ? activate(node.name(), x, forTraining)
                : activated(fixed, x, forTraining, 1);
      }
      tensors.put(node.name(), y);
    }
    NDArray logits = tensors.get(graph.outputName());
    outputs.add(0, logitScale == 1 ? logits : logits.mul(logits.getManager().create(logitScale)));
    return outputs;
  }

  private NDArray activate(String name, NDArray x, boolean forTraining) {
    HarmonicPlanes harmonics = planes.get(name);
    if (harmonics != null) {
      return forTraining ? harmonics.apply(x) : harmonics.evaluate(x);
    }
    if (training == null) {
      return Activation.relu(x);
    }
    return activated(forTraining ? training : evaluation, x, forTraining, blend);
  }

  private static NDArray activated(
      BlendedActivation function, NDArray x, boolean forTraining, double blend) {
    return forTraining ? function.apply(x, blend) : function.evaluate(x, blend);
  }

  @Override
  public Shape[] getOutputShapes(Shape[] inputShapes) {
    long batch = inputShapes[0].get(0);
    List<Shape> shapes = new ArrayList<>();
    shapes.add(Dims.batched(batch, graph.outputShape()));
    for (String name : activationNames) {
      shapes.add(Dims.batched(batch, graph.node(name).outputShape()));
    }
    return shapes.toArray(new Shape[0]);
  }

  /**
   * Returns a copy of the present weights as a graph, in evaluation mode: ReLU where the blend is
   * 0, else the family's function.
   *
   * @throws IllegalStateException while the blend is between the two
   */
  public NetworkGraph trained() {
    return trained(parameter -> parameter.getArray().toFloatArray());
  }

  /**
   * Returns a graph like {@link #trained()} from other values, such as moving averages.
   *
   * @param values of each of the network's parameters; the graph keeps the arrays
   * @throws IllegalStateException while the blend is between 0 and 1
   */
  public NetworkGraph trained(Function<Parameter, float[]> values) {
    if (blend > 0 && blend < 1) {
      throw new IllegalStateException("activations are blended at " + blend + ": no such graph");
    }
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node instanceof LinearNode linear) {
        float scale = node.name().equals(graph.outputName()) ? logitScale : 1;
        nodes.add(linears.get(node.name()).trained(linear, values, scale));
      } else if (node instanceof AffineNode affine) {
        nodes.add(norms.get(node.name()).trained(affine, values));
      } else if (!(node instanceof ReluNode || node instanceof ActivationNode)) {
        nodes.add(node);
      } else {
        nodes.add(activation(node));
      }
    }
    return graph.withNodes(nodes);
  }

  private GraphNode activation(GraphNode node) {
    Optional<ActivationBasis> basis = blend == 0 ? Optional.empty() : family.basis();
    if (basis.isPresent()) {
      return new ActivationNode(node.name(), node.inputs(), node.outputShape(), basis.get());
    }
    return blend > 0 && family instanceof ActivationFamily.Standard standard
        ? new FunctionNode(
            node.name(), node.inputs(), node.outputShape(), List.of(standard.function()))
        : new ReluNode(node.name(), node.inputs(), node.outputShape());
  }
}
