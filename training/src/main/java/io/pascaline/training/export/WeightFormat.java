// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.export;

/** How an ONNX file stores the weights of large layers. Its runtime computes with float32. */
public enum WeightFormat {
  /** 4 bytes for each weight, unchanged. */
  FLOAT32,
  /** 2 bytes for each weight, rounded to 11 significant bits. */
  FLOAT16,
  /**
   * 1 byte for each weight: a multiple, from -127 to 127, of a scale for each output channel. The
   * largest weight of a channel is 127 times its scale.
   */
  INT8
}
