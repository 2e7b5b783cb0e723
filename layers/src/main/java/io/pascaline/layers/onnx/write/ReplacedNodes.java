// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx.write;

import java.util.List;

/**
 * A model that computes a network and its variants for one input, each with one node replaced.
 *
 * @param model has one output, with a row for each variant whose answer may differ
 * @param rows which variant each row is: {@link #AS_GIVEN} first, then indices of replacements
 * @param largestTensorElementCount of all rows of the tensor that has most elements
 */
public record ReplacedNodes(OnnxModel model, List<Integer> rows, long largestTensorElementCount) {
  /** The network without a replacement. */
  public static final int AS_GIVEN = -1;

  /** Copies the list. */
  public ReplacedNodes {
    rows = List.copyOf(rows);
  }
}
