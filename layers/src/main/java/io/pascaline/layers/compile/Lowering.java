// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

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
import io.pascaline.layers.graph.ReshapeNode;
import io.pascaline.layers.graph.ViewNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Turns a graph into stages: leaves out what the output does not need, lets reshapes disappear, and
 * folds affine maps into a linear layer before or after them where that is exact.
 */
final class Lowering {
  private final NetworkGraph graph;
  private final List<Stage> stages = new ArrayList<>();

  /** Which stage makes a tensor. */
  private final Map<String, Integer> makers = new HashMap<>();

  /** Affine maps waiting for the linear layer that reads them, by their tensor. */
  private final Map<String, AffineFold> waiting = new HashMap<>();

  private final Map<String, List<GraphNode>> readers = new HashMap<>();

  private Lowering(NetworkGraph graph) {
    this.graph = graph;
  }

  static List<Stage> lower(NetworkGraph graph) {
    return new Lowering(SimplifiedViews.of(graph)).run();
  }

  private List<Stage> run() {
    stages.add(new Stage.Source(graph.inputName(), graph.inputShape()));
    makers.put(graph.inputName(), 0);
    List<GraphNode> live = liveNodes();
    for (GraphNode node : live) {
      for (String input : node.inputs()) {
        readers.computeIfAbsent(input, unused -> new ArrayList<>()).add(node);
      }
    }
    for (GraphNode node : live) {
      add(node);
    }
    if (stages.size() == 1) {
      throw new ModelCompileException(
          "network '" + graph.name() + "' only reshapes its input: there is nothing to compute");
    }
    return stages;
  }

  private List<GraphNode> liveNodes() {
    Set<String> needed = new HashSet<>();
    needed.add(graph.outputName());
    List<GraphNode> live = new ArrayList<>();
    for (int i = graph.nodes().size() - 1; i >= 0; i--) {
      GraphNode node = graph.nodes().get(i);
      if (needed.contains(node.name())) {
        needed.addAll(node.inputs());
        live.add(0, node);
      }
    }
    return live;
  }

  private void add(GraphNode node) {
    int first = makers.get(node.inputs().get(0));
    switch (node.kind()) {
      case RESHAPE -> {
        makers.put(node.name(), first);
        AffineFold fold = waiting.get(node.inputs().get(0));
        if (fold != null) {
          waiting.put(node.name(), fold);
        }
      }
      case AFFINE -> addAffine((AffineNode) node, first);
      case LINEAR -> addLinear((LinearNode) node, first);
      case ACTIVATION -> {
        ActivationNode a = (ActivationNode) node;
        append(new Stage.Activation(a.name(), List.of(first), a.shape(), a.basis(), 0));
      }
      case AVERAGE_POOL ->
          append(new Stage.Pool(node.name(), List.of(first), ((AveragePoolNode) node).window()));
      case MAX_POOL ->
          append(new Stage.MaxPool(node.name(), List.of(first), ((MaxPoolNode) node).window()));
      case FUNCTION -> {
        FunctionNode f = (FunctionNode) node;
        append(new Stage.Function(f.name(), List.of(first), f.shape(), f.functions()));
      }
      case HARMONIC -> {
        HarmonicNode h = (HarmonicNode) node;
        append(
            new Stage.Harmonic(h.name(), List.of(first), h.shape(), h.function(), h.period(), 0));
      }
      case RELU -> append(new Stage.Relu(node.name(), List.of(first), node.outputShape()));
      case ADD -> {
        int second = makers.get(node.inputs().get(1));
        boolean subtracts = ((AddNode) node).subtracts();
        append(new Stage.Join(node.name(), List.of(first, second), node.outputShape(), subtracts));
      }
      case VIEW -> {
        ViewNode view = (ViewNode) node;
        append(new Stage.View(view.name(), List.of(first), view.view(), view.pad()));
      }
      case CONCAT -> {
        List<Integer> inputs = node.inputs().stream().map(makers::get).toList();
        append(new Stage.Concat(node.name(), inputs, ((ConcatNode) node).geometry()));
      }
      case PRODUCT -> {
        ProductNode p = (ProductNode) node;
        int second = makers.get(p.inputs().get(1));
        append(new Stage.Product(p.name(), List.of(first, second), p.shape(), p.factorShape()));
      }
      default ->
          throw new ModelCompileException(
              "node '" + node.name() + "' is of unknown kind " + node.kind());
    }
  }

  private void append(Stage stage) {
    makers.put(stage.tensor(), stages.size());
    stages.add(stage);
  }

  private void addLinear(LinearNode node, int input) {
    double[] bias = node.biasOrNull() == null ? null : AffineFold.widen(node.biasOrNull());
    Stage.Linear stage =
        new Stage.Linear(
            node.name(), List.of(input), node.map(), AffineFold.widen(node.weights()), bias);
    AffineFold fold = waiting.get(node.inputs().get(0));
    append(fold == null ? stage : fold.before(stage));
  }

  private void addAffine(AffineNode node, int input) {
    AffineFold fold = new AffineFold(node);
    if (stages.get(input) instanceof Stage.Linear linear
        && fold.fitsAfter(linear.map())
        && onlyReadBy(node, linear.tensor())) {
      stages.set(input, fold.after(linear));
      makers.put(node.name(), input);
      return;
    }
    GraphNode reader = onlyReader(node.name());
    if (reader instanceof LinearNode linear && fold.fitsBefore(linear.map())) {
      makers.put(node.name(), input);
      waiting.put(node.name(), fold);
      return;
    }
    append(fold.alone(input));
  }

  /** Returns whether nothing but this node reads a tensor, directly or through reshapes. */
  private boolean onlyReadBy(AffineNode node, String tensor) {
    return onlyReader(tensor) == node;
  }

  /**
   * Returns the one reader of a tensor, reshapes left out; null if there are more, or if it is
   * output.
   */
  private GraphNode onlyReader(String tensor) {
    String at = tensor;
    while (true) {
      List<GraphNode> found = readers.getOrDefault(at, List.of());
      if (found.size() != 1 || at.equals(graph.outputName())) {
        return null;
      }
      if (!(found.get(0) instanceof ReshapeNode)) {
        return found.get(0);
      }
      at = found.get(0).name();
    }
  }
}
