// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.constant.SliceRange;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Operators that move, select or join elements: views and concatenations. The batch dimension,
 * which the graph does not represent, must stay the first and complete.
 */
final class MovingOperators {
  private static final String KEEP_BATCH = "the batch must stay the first dimension";

  /** A table of indices that falls into more arithmetic progressions is not worth as many views. */
  private static final int MAX_RUNS = 256;

  private MovingOperators() {}

  static void transpose(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int rank = input.shape().rank() + 1;
    long[] given = node.integersOrNull("perm");
    if (given != null && given.length != rank) {
      throw node.damaged("attribute perm has " + given.length + " values, not " + rank);
    }
    int[] order = new int[rank];
    for (int i = 0; i < rank; i++) {
      order[i] = given == null ? rank - 1 - i : node.axis(given[i], rank);
    }
    if (Arrays.stream(order).distinct().count() != rank) {
      throw node.damaged("attribute perm repeats an axis");
    }
    if (order[0] != 0) {
      throw node.refused("moves the batch to another dimension", KEEP_BATCH);
    }
    int[] own = IntStream.range(1, rank).map(i -> order[i] - 1).toArray();
    NodeChain.of(node, graph, input).view(TensorView.transposed(input.shape(), own)).bind();
  }

  static void slice(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int rank = input.shape().rank() + 1;
    long[] starts = list(node, graph, "starts", 1);
    long[] ends = list(node, graph, "ends", 2);
    long[] axes = list(node, graph, "axes", 3);
    long[] steps = list(node, graph, "steps", 4);
    if (starts == null
        || ends == null
        || starts.length != ends.length
        || starts.length > rank
        || axes != null && axes.length != starts.length
        || steps != null && steps.length != starts.length) {
      throw node.damaged("its starts, ends, axes and steps do not match");
    }
    NodeChain chain = NodeChain.of(node, graph, input);
    for (int i = 0; i < starts.length; i++) {
      int axis = node.axis(axes == null ? i : axes[i], rank);
      long step = steps == null ? 1 : steps[i];
      if (axis == 0) {
        if (starts[i] != 0 || step != 1 || ends[i] < 1 && ends[i] != ConstantTensor.BATCH) {
          throw node.refused("slices the batch", KEEP_BATCH);
        }
        continue;
      }
      SliceRange range = SliceRange.of(node, starts[i], ends[i], step, chain.shape().dim(axis - 1));
      if (range.count() == 0) {
        throw node.refused("leaves nothing of axis " + axis, "remove the layer");
      }
      chain.along(axis - 1, range.start(), range.count() == 1 ? 1 : range.step(), range.count());
    }
    chain.bind();
  }

  static void split(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int axis = ownAxis(node, node.integer("axis", 0), input.shape().rank(), "splits");
    int dim = input.shape().dim(axis);
    long[] sizes = list(node, graph, "split", 1);
    int parts = node.outputs().size();
    if (sizes != null && sizes.length != parts || parts < 1 || parts > dim) {
      throw node.damaged("does not split into its outputs");
    }
    int even = (dim + parts - 1) / parts;
    int start = 0;
    for (int i = 0; i < parts; i++) {
      int size = sizes == null ? Math.min(even, dim - start) : node.size("split", sizes[i]);
      if (size < 1 || size > dim - start) {
        throw node.damaged("does not split into its outputs");
      }
      String output = node.outputs().get(i);
      if (!output.isEmpty()) {
        NodeChain.towards(output, node, graph, input).along(axis, start, 1, size).bind();
      }
      start += size;
    }
    if (start != dim) {
      throw node.damaged("does not split into its outputs");
    }
  }

  static void gather(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    ConstantTensor picks = graph.constant(node, 1);
    if (!picks.isInteger() || picks.rank() > 1 || picks.elementCount() == 0 || picks.hasBatch()) {
      throw node.refused("its indices are not a list of integers", "choose along one axis");
    }
    int axis = ownAxis(node, node.integer("axis", 0), input.shape().rank(), "chooses from");
    int[] table = new int[node.boundedLength("indices", picks.elementCount())];
    for (int i = 0; i < table.length; i++) {
      table[i] = node.axis(picks.integer(i), input.shape().dim(axis));
    }
    NodeChain chain = chosen(NodeChain.of(node, graph, input), node, axis, table);
    if (picks.rank() == 0) {
      int[] dims = input.shape().dims();
      int[] rest = new int[Math.max(1, dims.length - 1)];
      Arrays.fill(rest, 1);
      for (int i = 0; i < dims.length - 1; i++) {
        rest[i] = dims[i < axis ? i : i + 1];
      }
      chain.reshape(Shape.of(rest));
    }
    chain.bind();
  }

  static void concat(OnnxNode node, GraphAssembly graph) {
    List<TensorValue> parts = new ArrayList<>();
    for (int i = 0; i < node.inputs().size(); i++) {
      parts.add(graph.tensor(node, i));
    }
    node.input(0);
    int axis =
        ownAxis(node, node.integer("axis", 1), parts.get(0).shape().rank(), "joins tensors along");
    NodeChain.of(node, graph, parts.get(0)).joined(axis, parts).bind();
  }

  static void depthToSpace(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int block = block(node, input);
    int channels = input.shape().dim(0);
    int height = input.shape().dim(1);
    int width = input.shape().dim(2);
    String mode = node.text("mode", "DCR");
    if (!mode.equals("DCR") && !mode.equals("CRD") || channels % (block * block) != 0) {
      throw node.damaged("its mode or block size does not fit " + input.shape());
    }
    int left = channels / block / block;
    Shape apart =
        mode.equals("DCR")
            ? Shape.of(block, block, left, height, width)
            : Shape.of(left, block, block, height, width);
    int[] order = mode.equals("DCR") ? new int[] {2, 3, 0, 4, 1} : new int[] {0, 3, 1, 4, 2};
    NodeChain.of(node, graph, input)
        .view(
            regrouped(
                input.shape(),
                TensorView.transposed(apart, order),
                Shape.of(left, height * block, width * block)))
        .bind();
  }

  static void spaceToDepth(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int block = block(node, input);
    int channels = input.shape().dim(0);
    int height = input.shape().dim(1) / block;
    int width = input.shape().dim(2) / block;
    if (height * block != input.shape().dim(1) || width * block != input.shape().dim(2)) {
      throw node.damaged("its block size does not divide " + input.shape());
    }
    Shape apart = Shape.of(channels, height, block, width, block);
    NodeChain.of(node, graph, input)
        .view(
            regrouped(
                input.shape(),
                TensorView.transposed(apart, 2, 4, 0, 1, 3),
                Shape.of(block * block * channels, height, width)))
        .bind();
  }

  private static int block(OnnxNode node, TensorValue input) {
    int block = node.size("blocksize", node.integer("blocksize", 0));
    if (input.shape().rank() != 3 || block < 1 || block > 1 << 10) {
      throw node.damaged("its block size or its input's shape " + input.shape() + " is unusable");
    }
    return block;
  }

  /** Returns a view under other shapes of as many elements. */
  static TensorView regrouped(Shape input, TensorView view, Shape output) {
    return new TensorView(input, view.offset(), view.axes(), output);
  }

  /** Returns an axis without the batch, counted from the front. */
  private static int ownAxis(OnnxNode node, long given, int rank, String what) {
    int axis = node.axis(given, rank + 1);
    if (axis == 0) {
      throw node.refused(what + " the batch", KEEP_BATCH);
    }
    return axis - 1;
  }

  /**
   * Continues with chosen positions along a dimension: a view if they are equally far apart or each
   * comes equally often, and views one behind the other if not.
   */
  static NodeChain chosen(NodeChain chain, OnnxNode node, int dimension, int[] table) {
    int times = repetitions(table);
    int[] once = IntStream.range(0, table.length / times).map(i -> table[i * times]).toArray();
    List<int[]> runs = runs(once);
    if (runs.size() > MAX_RUNS) {
      throw node.refused(
          "chooses positions that fall into more than " + MAX_RUNS + " pieces",
          "choose equally spaced positions");
    }
    if (runs.size() == 1) {
      chain.along(dimension, runs.get(0)[0], runs.get(0)[1], once.length);
    } else {
      chain.joinedViews(dimension, runs);
    }
    int[] factors = new int[chain.shape().rank()];
    Arrays.fill(factors, 1);
    factors[dimension] = times;
    return times == 1 ? chain : chain.view(TensorView.repeated(chain.shape(), factors));
  }

  /** Returns how often each entry stands there, one behind the other. */
  private static int repetitions(int[] table) {
    int times = 1;
    while (times < table.length && table[times] == table[0]) {
      times++;
    }
    for (int i = 0; i < table.length; i++) {
      if (table.length % times != 0 || table[i] != table[i / times * times]) {
        return 1;
      }
    }
    return times;
  }

  /** Returns arithmetic progressions, greedily: start, step, count. */
  private static List<int[]> runs(int[] table) {
    List<int[]> runs = new ArrayList<>();
    int at = 0;
    while (at < table.length && runs.size() <= MAX_RUNS) {
      int end = at + 1;
      int step = end < table.length ? table[end] - table[at] : 1;
      while (step != 0 && end < table.length && table[end] - table[end - 1] == step) {
        end++;
      }
      runs.add(new int[] {table[at], end - at == 1 ? 1 : step, end - at});
      at = end;
    }
    return runs;
  }

  private static long[] list(OnnxNode node, GraphAssembly graph, String attribute, int input) {
    long[] given = node.integersOrNull(attribute);
    if (given != null) {
      return given;
    }
    ConstantTensor constant = graph.constantOrNull(node, input);
    return constant == null ? null : constant.integers(node);
  }
}
