// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Joins affine nodes that exporters write in pieces: a pure shift after a linear node becomes its
 * bias (MatMul and Add), and of two affine nodes in a row one is left (normalisation in steps).
 * Only where nothing else reads the tensor between the two.
 */
final class AffineMerging {
  private AffineMerging() {}

  /** Returns the nodes, in order, with pairs joined under the name of the second. */
  static List<GraphNode> merged(List<GraphNode> nodes, String outputName) {
    Map<String, Integer> readers = new HashMap<>();
    readers.put(outputName, 1);
    for (GraphNode node : nodes) {
      node.inputs().forEach(input -> readers.merge(input, 1, Integer::sum));
    }
    List<GraphNode> merged = new ArrayList<>();
    Map<String, Integer> places = new HashMap<>();
    for (GraphNode node : nodes) {
      GraphNode joined = null;
      Integer place = node.inputs().size() == 1 ? places.get(node.inputs().get(0)) : null;
      if (place != null && readers.get(node.inputs().get(0)) == 1) {
        joined = joinedOrNull(merged.get(place), node);
      }
      if (joined == null) {
        places.put(node.name(), merged.size());
        merged.add(node);
      } else {
        places.put(node.name(), place);
        merged.set(place, joined);
      }
    }
    return merged;
  }

  private static GraphNode joinedOrNull(GraphNode first, GraphNode second) {
    if (!(second instanceof AffineNode affine)) {
      return null;
    }
    if (first instanceof LinearNode linear && isShift(affine)) {
      return withShift(linear, affine);
    }
    return first instanceof AffineNode earlier ? compositionOrNull(earlier, affine) : null;
  }

  private static boolean isShift(AffineNode affine) {
    for (float scale : affine.scalePerChannel()) {
      if (scale != 1) {
        return false;
      }
    }
    return true;
  }

  private static LinearNode withShift(LinearNode linear, AffineNode shift) {
    float[] bias = shift.shiftPerChannel().clone();
    for (int c = 0; linear.biasOrNull() != null && c < bias.length; c++) {
      bias[c] += linear.biasOrNull()[c];
    }
    return new LinearNode(shift.name(), linear.inputs(), linear.map(), linear.weights(), bias);
  }

  private static AffineNode compositionOrNull(AffineNode first, AffineNode second) {
    int channels = first.scalePerChannel().length;
    float[] scales = new float[channels];
    float[] shifts = new float[channels];
    for (int c = 0; c < channels; c++) {
      double scale = second.scalePerChannel()[c];
      scales[c] = (float) (scale * first.scalePerChannel()[c]);
      shifts[c] = (float) (scale * first.shiftPerChannel()[c] + second.shiftPerChannel()[c]);
      if (!Float.isFinite(scales[c]) || !Float.isFinite(shifts[c])) {
        return null;
      }
    }
    return new AffineNode(second.name(), first.inputs(), second.shape(), scales, shifts);
  }
}
