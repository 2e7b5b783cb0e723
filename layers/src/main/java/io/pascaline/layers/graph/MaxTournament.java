// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Concatenation;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Writes max pooling as ReLU: {@code max(a, b) = b + relu(a - b)}, for suites that compare nothing
 * else. The network computes the same, up to the rounding of the differences.
 *
 * <p>Rows and columns are pooled one after the other. Along each, ceil(log2 k) levels find the
 * largest of k elements, each of one ReLU on all pairs at once. Where windows overlap, two
 * neighbouring maxima of 2^i elements give those of up to 2^(i+1), if that takes fewer ReLUs.
 * Windows that reach over the edge repeat the element at the edge, which is theirs in any case, so
 * padding has no value that might be the largest.
 *
 * <p>A function that never falls, such as ReLU, moves behind the pool if nothing else reads it: the
 * largest element comes before as after it, and fewer are left.
 */
public final class MaxTournament {
  private final NetworkGraph graph;
  private final Set<String> names = new HashSet<>();
  private final Map<String, Integer> readers = new HashMap<>();
  private final List<GraphNode> nodes = new ArrayList<>();

  private MaxTournament(NetworkGraph graph) {
    this.graph = graph;
  }

  /** Returns the network with every {@link MaxPoolNode} made of views, sums and ReLUs. */
  public static NetworkGraph in(NetworkGraph graph) {
    return graph.nodes().stream().anyMatch(MaxPoolNode.class::isInstance)
        ? new MaxTournament(graph).run()
        : graph;
  }

  private NetworkGraph run() {
    names.add(graph.inputName());
    readers.put(graph.outputName(), 1);
    for (GraphNode node : graph.nodes()) {
      names.add(node.name());
      node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    for (GraphNode node : graph.nodes()) {
      if (node instanceof MaxPoolNode pool) {
        add(pool);
      } else {
        nodes.add(node);
      }
    }
    return graph.withNodes(nodes);
  }

  private void add(MaxPoolNode pool) {
    String source = pool.inputs().get(0);
    GraphNode below = takenOrNull(source);
    if (below == null) {
      rename(pool.name(), pooled(pool.name(), source, pool.window()), pool.outputShape());
      return;
    }
    String largest = pooled(pool.name(), below.inputs().get(0), pool.window());
    List<String> inputs = List.of(largest);
    Shape shape = pool.outputShape();
    nodes.add(
        below instanceof FunctionNode function
            ? new FunctionNode(pool.name(), inputs, shape, function.functions())
            : new ReluNode(pool.name(), inputs, shape));
  }

  /** Takes a function that can move behind the pool that reads it; null if there is none. */
  private GraphNode takenOrNull(String name) {
    if (readers.get(name) != 1) {
      return null;
    }
    for (int i = nodes.size() - 1; i >= 0; i--) {
      GraphNode node = nodes.get(i);
      boolean rises =
          node instanceof ReluNode
              || node instanceof FunctionNode function
                  && function.functions().stream().allMatch(Trend::isRising);
      if (node.name().equals(name)) {
        return rises ? nodes.remove(i) : null;
      }
    }
    return null;
  }

  /** Gives a tensor its name in the network; a reshape that changes nothing costs nothing. */
  private void rename(String name, String source, Shape shape) {
    nodes.add(new ReshapeNode(name, List.of(source), shape, shape));
  }

  private String pooled(String stem, String source, PoolWindow window) {
    Line rows =
        new Line(
            window.inputHeight(),
            window.kernelHeight(),
            window.strideHeight(),
            window.padTop(),
            window.outputHeight());
    Line columns =
        new Line(
            window.inputWidth(),
            window.kernelWidth(),
            window.strideWidth(),
            window.padLeft(),
            window.outputWidth());
    long rowsFirst =
        rows.evaluations() * window.inputWidth() + columns.evaluations() * rows.outputs;
    long columnsFirst =
        columns.evaluations() * window.inputHeight() + rows.evaluations() * columns.outputs;
    Tensor tensor = new Tensor(source, window.inputShape());
    tensor =
        rowsFirst <= columnsFirst
            ? pooled(stem, pooled(stem, tensor, 1, rows), 2, columns)
            : pooled(stem, pooled(stem, tensor, 2, columns), 1, rows);
    return tensor.name;
  }

  private record Tensor(String name, Shape shape) {}

  /** The windows along one dimension. */
  private record Line(int inputs, int kernel, int stride, int padBefore, int outputs) {
    /** Returns from the first element of the first window to the last of the last. */
    int reach() {
      return (outputs - 1) * stride + kernel;
    }

    boolean isPadded() {
      return padBefore > 0 || reach() > inputs;
    }

    /** Returns ReLUs if neighbours that overlap are combined. */
    private long sliding() {
      long sum = 0;
      for (int width = 1; width < kernel; width = Math.min(2 * width, kernel)) {
        sum += outputs + kernel - Math.min(2 * width, kernel);
      }
      return sum;
    }

    boolean slides() {
      return stride == 1 && sliding() < (kernel - 1L) * outputs;
    }

    long evaluations() {
      return slides() ? sliding() : (kernel - 1L) * outputs;
    }
  }

  private Tensor pooled(String stem, Tensor input, int dimension, Line line) {
    Tensor tensor = input;
    if (line.isPadded()) {
      tensor =
          view(
              stem,
              tensor,
              TensorView.along(tensor.shape, dimension, -line.padBefore, 1, line.reach(), true));
    }
    if (line.kernel == 1) {
      return along(stem, tensor, dimension, 0, line.stride, line.outputs);
    }
    return line.slides()
        ? slid(stem, tensor, dimension, line)
        : played(stem, tensor, dimension, line);
  }

  /** Combines maxima of neighbours, of twice as many elements at each level. */
  private Tensor slid(String stem, Tensor input, int dimension, Line line) {
    Tensor tensor = input;
    int width = 1;
    while (width < line.kernel) {
      int next = Math.min(2 * width, line.kernel);
      int count = line.outputs + line.kernel - next;
      tensor =
          larger(
              stem,
              along(stem, tensor, dimension, 0, 1, count),
              along(stem, tensor, dimension, next - width, 1, count));
      width = next;
    }
    return tensor;
  }

  /** Plays the tournament of the taps of each window. */
  private Tensor played(String stem, Tensor input, int dimension, Line line) {
    Tensor players = null;
    Tensor rest = null;
    int count = line.kernel;
    while (count > 1 || rest != null) {
      if (count == 1) {
        players = larger(stem, players, rest);
        rest = null;
        continue;
      }
      if (count % 2 == 1 && rest == null) {
        count--;
        rest = some(stem, input, dimension, line, players, count, 1);
      } else if (count % 2 == 1) {
        players = joined(stem, players, rest);
        rest = null;
        count++;
      }
      int half = count / 2;
      players =
          larger(
              stem,
              some(stem, input, dimension, line, players, 0, half),
              some(stem, input, dimension, line, players, half, half));
      count = half;
    }
    return players;
  }

  /** Returns some of the players: taps of the input in the first level, winners afterwards. */
  private Tensor some(
      String stem,
      Tensor input,
      int dimension,
      Line line,
      Tensor playersOrNull,
      int first,
      int count) {
    if (playersOrNull != null) {
      Shape all = playersOrNull.shape;
      TensorView view = TensorView.along(all, 1, first, 1, count, false);
      int[] dims = all.dims();
      Shape one = Shape.of(dims[0], dims[2], dims[3]);
      return view(stem, playersOrNull, count == 1 ? withOutput(view, one) : view);
    }
    TensorView windows =
        TensorView.along(input.shape, dimension, 0, line.stride, line.outputs, false);
    int unit = TensorView.strides(input.shape)[dimension];
    List<TensorView.Axis> axes = new ArrayList<>(windows.axes());
    TensorView.Axis pooled = axes.get(dimension);
    // The taps have their share of the extent, so that both together stay inside.
    axes.set(
        dimension,
        new TensorView.Axis(
            pooled.count(),
            0,
            pooled.step(),
            (pooled.count() - 1) * pooled.step() + 1,
            unit,
            false));
    axes.add(1, new TensorView.Axis(count, 0, 1, count, unit, false));
    int[] dims = windows.outputShape().dims();
    Shape shape = count == 1 ? windows.outputShape() : Shape.of(dims[0], count, dims[1], dims[2]);
    return view(stem, input, new TensorView(input.shape, first * unit, axes, shape));
  }

  private static TensorView withOutput(TensorView view, Shape output) {
    return new TensorView(view.inputShape(), view.offset(), view.axes(), output);
  }

  private Tensor joined(String stem, Tensor players, Tensor rest) {
    int[] dims = rest.shape.dims();
    Shape single = Shape.of(dims[0], 1, dims[1], dims[2]);
    Concatenation geometry = new Concatenation(List.of(players.shape, single), 1);
    String row = fresh(stem, "rest");
    nodes.add(new ReshapeNode(row, List.of(rest.name), rest.shape, single));
    String name = fresh(stem, "players");
    nodes.add(new ConcatNode(name, List.of(players.name, row), geometry));
    return new Tensor(name, geometry.outputShape());
  }

  private Tensor larger(String stem, Tensor left, Tensor right) {
    Shape shape = left.shape;
    String difference = fresh(stem, "difference");
    nodes.add(new AddNode(difference, List.of(left.name, right.name), shape, true));
    String excess = fresh(stem, "excess");
    nodes.add(new ReluNode(excess, List.of(difference), shape));
    String name = fresh(stem, "larger");
    nodes.add(new AddNode(name, List.of(right.name, excess), shape));
    return new Tensor(name, shape);
  }

  private Tensor along(String stem, Tensor tensor, int dimension, int start, int step, int count) {
    return view(stem, tensor, TensorView.along(tensor.shape, dimension, start, step, count, false));
  }

  private Tensor view(String stem, Tensor tensor, TensorView view) {
    if (view.isIdentity() && view.outputShape().equals(tensor.shape)) {
      return tensor;
    }
    String name = fresh(stem, "view");
    nodes.add(new ViewNode(name, List.of(tensor.name), view, 0));
    return new Tensor(name, view.outputShape());
  }

  private String fresh(String stem, String kind) {
    String name = stem + "/" + kind;
    for (int i = 2; !names.add(name); i++) {
      name = stem + "/" + kind + i;
    }
    return name;
  }
}
