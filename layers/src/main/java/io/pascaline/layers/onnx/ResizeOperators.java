// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import ai.onnx.proto.OnnxMl.AttributeProto;
import io.pascaline.layers.onnx.constant.ConstantTensor;
import io.pascaline.layers.onnx.model.OnnxNode;
import io.pascaline.protocols.linear.PoolWindow;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.TensorView;
import java.util.Arrays;

/**
 * Resize and Upsample. Resizing to the nearest element is a view, for any ratio. Linear
 * interpolation by a whole ratio r is this view, followed by averages over windows. Its weights
 * form a triangle, which is the convolution of two boxes of r elements; repetition is the first
 * box. If r is even, the result is shifted by half an element, and a box of 2 elements follows.
 * Neither needs a message. Interpolation by other ratios, with aligned corners or by cubic
 * polynomials is a linear layer for each dimension.
 */
final class ResizeOperators {
  private static final String REMEDY = "resize to the nearest, or linearly without antialiasing";

  /** As runtimes round in operator set 10 and before, where no attribute says how. */
  private static final String OLD_ROUNDING = "old";

  private ResizeOperators() {}

  static void upsample(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    ConstantTensor scales = graph.constantOrNull(node, 1);
    int rank = input.shape().rank() + 1;
    double[] ratios = new double[rank];
    float[] attribute = scales == null ? scales(node) : scales.toFloats();
    if (attribute == null || attribute.length != rank) {
      throw node.damaged("its scales do not fit " + input.shape());
    }
    int[] sizes = new int[rank];
    for (int i = 0; i < rank; i++) {
      ratios[i] = attribute[i];
      sizes[i] = size(node, i == 0 ? 1 : input.shape().dim(i - 1), ratios[i]);
    }
    resize(node, graph, input, ratios, sizes, "asymmetric", OLD_ROUNDING);
  }

  static void resize(OnnxNode node, GraphAssembly graph) {
    TensorValue input = graph.tensor(node, 0);
    int rank = input.shape().rank() + 1;
    boolean old = node.inputs().size() == 2;
    ConstantTensor scales = graph.constantOrNull(node, old ? 1 : 2);
    ConstantTensor target = graph.constantOrNull(node, 3);
    boolean scaled = scales != null && scales.elementCount() > 0;
    if (scaled == (target != null && target.elementCount() > 0)) {
      throw node.damaged("needs either scales or sizes");
    }
    if (node.integer("antialias", 0) != 0
        || !node.text("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
      throw node.refused("resizes with antialiasing or a kept aspect ratio", REMEDY);
    }
    long[] axes = node.integersOrNull("axes");
    int count = axes == null ? rank : axes.length;
    if ((scaled ? scales.elementCount() : target.elementCount()) != count) {
      throw node.damaged("its scales or sizes do not fit " + input.shape());
    }
    double[] ratios = new double[rank];
    int[] sizes = new int[rank];
    Arrays.fill(ratios, 1);
    for (int d = 0; d < rank; d++) {
      sizes[d] = d == 0 ? 1 : input.shape().dim(d - 1);
    }
    for (int i = 0; i < count; i++) {
      int axis = axes == null ? i : node.axis(axes[i], rank);
      int dim = sizes[axis];
      if (scaled) {
        ratios[axis] = scales.real(i);
        sizes[axis] = size(node, dim, ratios[axis]);
      } else if (axis > 0) {
        sizes[axis] = node.size("sizes", target.integers(node)[i]);
        ratios[axis] = (double) sizes[axis] / dim;
      }
    }
    String coordinates =
        node.text("coordinate_transformation_mode", old ? "asymmetric" : "half_pixel");
    String rounding = node.text("nearest_mode", old ? OLD_ROUNDING : "round_prefer_floor");
    resize(node, graph, input, ratios, sizes, coordinates, rounding);
  }

  private static float[] scales(OnnxNode node) {
    AttributeProto attribute = node.attributeOrNull("scales");
    if (attribute == null) {
      return null;
    }
    float[] scales = new float[node.boundedLength("scales", attribute.getFloatsCount())];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = attribute.getFloats(i);
    }
    return scales;
  }

  private static int size(OnnxNode node, int dim, double ratio) {
    double size = Math.floor((float) dim * (float) ratio);
    // Written so that NaN is refused too.
    if (!(size >= 1 && size <= 1 << 24)) {
      throw node.damaged("resizes " + dim + " by " + ratio);
    }
    return (int) size;
  }

  private static void resize(
      OnnxNode node,
      GraphAssembly graph,
      TensorValue input,
      double[] ratios,
      int[] sizes,
      String coordinates,
      String rounding) {
    if (ratios[0] != 1) {
      throw node.refused("resizes the batch", "the batch must stay as it is");
    }
    String mode = node.text("mode", "nearest");
    NodeChain chain = NodeChain.of(node, graph, input);
    for (int d = 0; d < input.shape().rank(); d++) {
      int dim = input.shape().dim(d);
      if (sizes[d + 1] == dim && ratios[d + 1] == 1) {
        continue;
      }
      if (mode.equals("nearest")) {
        int[] table = new int[sizes[d + 1]];
        for (int i = 0; i < table.length; i++) {
          float ratio = (float) ratios[d + 1];
          float at = coordinate(node, coordinates, i, ratio, dim, table.length);
          table[i] = Math.max(0, Math.min(dim - 1, rounded(node, rounding, at, ratio < 1)));
        }
        MovingOperators.chosen(chain, node, d, table);
      } else if (!mode.equals("linear") && !mode.equals("cubic")) {
        throw node.refused("resizes by mode '" + mode + "'", REMEDY);
      } else if (mode.equals("cubic")
          || !interpolated(chain, d, ratios[d + 1], sizes[d + 1], coordinates)) {
        float[] weights =
            weights(node, graph, coordinates, (float) ratios[d + 1], dim, sizes[d + 1]);
        LinearOperators.along(chain, d, sizes[d + 1], weights);
      }
    }
    chain.bind();
  }

  /** Ties depend on the rounding of floats, in which runtimes compute. */
  private static float coordinate(
      OnnxNode node, String mode, int i, float ratio, int dim, int size) {
    return switch (mode) {
      case "half_pixel" -> (i + 0.5f) / ratio - 0.5f;
      case "pytorch_half_pixel" -> size > 1 ? (i + 0.5f) / ratio - 0.5f : 0;
      case "asymmetric" -> i / ratio;
      case "tf_half_pixel_for_nn" -> (i + 0.5f) / ratio;
      case "half_pixel_symmetric" ->
          dim / 2f * (1 - size / (ratio * dim)) + (i + 0.5f) / ratio - 0.5f;
      case "align_corners" -> size == 1 ? 0 : (float) i * (dim - 1) / (size - 1);
      default -> throw node.refused("places elements by mode '" + mode + "'", REMEDY);
    };
  }

  private static int rounded(OnnxNode node, String mode, float at, boolean smaller) {
    return switch (mode) {
      case "round_prefer_floor" -> (int) Math.ceil(at - 0.5);
      case "round_prefer_ceil" -> (int) Math.floor(at + 0.5);
      case "floor" -> (int) Math.floor(at);
      case "ceil" -> (int) Math.ceil(at);
      case OLD_ROUNDING -> (int) (smaller ? Math.ceil(at) : Math.floor(at));
      default -> throw node.refused("rounds by mode '" + mode + "'", REMEDY);
    };
  }

  /** Returns the interpolation matrix along a dimension, one row for each element of the result. */
  private static float[] weights(
      OnnxNode node, GraphAssembly graph, String coordinates, float ratio, int dim, int size) {
    boolean cubic = node.text("mode", "").equals("cubic");
    boolean excludes = cubic && node.integer("exclude_outside", 0) != 0;
    double sharpness = node.real("cubic_coeff_a", -0.75f);
    graph.budget().charge((long) dim * size, node.where());
    float[] weights = new float[dim * size];
    for (int i = 0; i < size; i++) {
      float at = coordinate(node, coordinates, i, ratio, dim, size);
      int first = (int) Math.floor(at) - (cubic ? 1 : 0);
      double[] taps = new double[cubic ? 4 : 2];
      double sum = 0;
      for (int k = 0; k < taps.length; k++) {
        double distance = Math.abs(at - (first + k));
        boolean outside = first + k < 0 || first + k >= dim;
        taps[k] = cubic ? cubic(distance, sharpness) : 1 - distance;
        taps[k] = outside && excludes ? 0 : taps[k];
        sum += taps[k];
      }
      for (int k = 0; k < taps.length; k++) {
        int place = Math.max(0, Math.min(dim - 1, first + k));
        weights[i * dim + place] += (float) (excludes ? taps[k] / sum : taps[k]);
      }
    }
    return weights;
  }

  /** Returns the weight at a distance by the convolution kernel of Keys. */
  private static double cubic(double x, double a) {
    return x <= 1
        ? ((a + 2) * x - (a + 3)) * x * x + 1
        : x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
  }

  /**
   * Appends a linear interpolation that needs no message, if there is one.
   *
   * @return whether there is one
   */
  private static boolean interpolated(
      NodeChain chain, int d, double ratio, int size, String coordinates) {
    Shape shape = chain.shape();
    int dim = shape.dim(d);
    int times = (int) ratio;
    boolean half = coordinates.equals("half_pixel") || coordinates.equals("pytorch_half_pixel");
    if (times != ratio
        || times < 1
        || size != dim * times
        || times > 1 << 10
        || !half && !coordinates.equals("asymmetric")) {
      return false;
    }
    int[] factors = new int[shape.rank()];
    Arrays.fill(factors, 1);
    factors[d] = times;
    chain.view(TensorView.repeated(shape, factors));
    boolean even = half && times % 2 == 0;
    int[] before = new int[shape.rank()];
    int[] after = new int[shape.rank()];
    before[d] = half ? times / 2 : 0;
    after[d] = half ? times / 2 : times - 1;
    chain.view(TensorView.padded(chain.shape(), before, after, true));
    mean(chain, d, times);
    if (even) {
      mean(chain, d, 2);
    }
    return true;
  }

  /** Continues with the means of N neighbours along a dimension. */
  private static void mean(NodeChain chain, int d, int count) {
    int[] dims = chain.shape().dims();
    int outer = 1;
    int inner = 1;
    for (int i = 0; i < dims.length; i++) {
      outer *= i < d ? dims[i] : 1;
      inner *= i > d ? dims[i] : 1;
    }
    chain.reshape(Shape.of(outer, dims[d], inner));
    chain.averagePool(new PoolWindow(outer, dims[d], inner, count, 1, 1, 1, 0, 0, 0, 0));
    dims[d] -= count - 1;
    chain.reshape(Shape.of(dims));
  }
}
