// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.WorkSplitter;

/** Matrix times vector, four rows at a time so that an input word is loaded once for four. */
final class ScalarProduct extends LinearMethod {
  private final MatrixProduct product;
  private final int[] words;

  ScalarProduct(MatrixProduct product, int[] words, LinearKernel owner) {
    super(product, owner);
    this.product = product;
    this.words = words;
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    Parts parts = Parts.of(product.outputCount(), splitter, product.multiplyAdds());
    splitter.run(parts.count(), part -> rows(input, output, parts.from(part), parts.to(part)));
  }

  private void rows(int[] input, int[] output, int from, int to) {
    int row = from;
    for (; row + 4 <= to; row += 4) {
      fourRows(input, output, row);
    }
    for (; row < to; row++) {
      int at = row * input.length;
      int sum = 0;
      for (int i = 0; i < input.length; i++) {
        sum += words[at + i] * input[i];
      }
      output[row] = sum;
    }
  }

  private void fourRows(int[] input, int[] output, int row) {
    int at0 = row * input.length;
    int at1 = at0 + input.length;
    int at2 = at1 + input.length;
    int at3 = at2 + input.length;
    int sum0 = 0;
    int sum1 = 0;
    int sum2 = 0;
    int sum3 = 0;
    for (int i = 0; i < input.length; i++) {
      int value = input[i];
      sum0 += words[at0 + i] * value;
      sum1 += words[at1 + i] * value;
      sum2 += words[at2 + i] * value;
      sum3 += words[at3 + i] * value;
    }
    output[row] = sum0;
    output[row + 1] = sum1;
    output[row + 2] = sum2;
    output[row + 3] = sum3;
  }
}
