// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.graph;

import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * One layer of a {@link NetworkGraph}. A node makes exactly one tensor, which is called by the
 * node's name. Tensors are row-major and have no batch dimension: {@code [C, H, W]} or {@code [n]}.
 */
public sealed interface GraphNode
    permits LinearNode,
        AffineNode,
        ActivationNode,
        FunctionNode,
        HarmonicNode,
        ReluNode,
        AveragePoolNode,
        MaxPoolNode,
        AddNode,
        ProductNode,
        ReshapeNode,
        ViewNode,
        ConcatNode {

  /** The kinds of nodes, for switches that the compiler checks for completeness. */
  enum Kind {
    /** A {@link LinearNode}. */
    LINEAR,
    /** An {@link AffineNode}. */
    AFFINE,
    /** An {@link ActivationNode}. */
    ACTIVATION,
    /** A {@link FunctionNode}. */
    FUNCTION,
    /** A {@link HarmonicNode}. */
    HARMONIC,
    /** A {@link ReluNode}. */
    RELU,
    /** An {@link AveragePoolNode}. */
    AVERAGE_POOL,
    /** A {@link MaxPoolNode}. */
    MAX_POOL,
    /** An {@link AddNode}. */
    ADD,
    /** A {@link ProductNode}. */
    PRODUCT,
    /** A {@link ReshapeNode}. */
    RESHAPE,
    /** A {@link ViewNode}. */
    VIEW,
    /** A {@link ConcatNode}. */
    CONCAT
  }

  /** Returns which of the nodes this is. */
  Kind kind();

  /** Name of the node and of the tensor that it makes. */
  String name();

  /** Names of the tensors that it reads: nodes before it, or the input of the graph. */
  List<String> inputs();

  /** Shape that the input at this index must have. */
  Shape inputShape(int index);

  /** Shape of the tensor that it makes. */
  Shape outputShape();
}
