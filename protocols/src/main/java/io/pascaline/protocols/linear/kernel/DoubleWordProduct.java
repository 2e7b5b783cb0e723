// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.WorkSplitter;

/** Matrix times vector in Z_2^64, four rows at a time so that an input is loaded once for four. */
final class DoubleWordProduct extends DoubleWordMethod {
  private final MatrixProduct product;
  private final long[] weights;

  DoubleWordProduct(MatrixProduct product, long[] weights) {
    super(product);
    this.product = product;
    this.weights = weights;
  }

  @Override
  void compute(long[] input, long[] output, WorkSplitter splitter) {
    Parts parts = Parts.of(product.outputCount(), splitter, product.multiplyAdds());
    splitter.run(parts.count(), part -> rows(input, output, parts.from(part), parts.to(part)));
  }

  private void rows(long[] input, long[] output, int from, int to) {
    int row = from;
    for (; row + 4 <= to; row += 4) {
      fourRows(input, output, row);
    }
    for (; row < to; row++) {
      int at = row * input.length;
      long sum = 0;
      for (int i = 0; i < input.length; i++) {
        sum += weights[at + i] * input[i];
      }
      output[row] = sum;
    }
  }

  private void fourRows(long[] input, long[] output, int row) {
    int at0 = row * input.length;
    int at1 = at0 + input.length;
    int at2 = at1 + input.length;
    int at3 = at2 + input.length;
    long sum0 = 0;
    long sum1 = 0;
    long sum2 = 0;
    long sum3 = 0;
    for (int i = 0; i < input.length; i++) {
      long value = input[i];
      sum0 += weights[at0 + i] * value;
      sum1 += weights[at1 + i] * value;
      sum2 += weights[at2 + i] * value;
      sum3 += weights[at3 + i] * value;
    }
    output[row] = sum0;
    output[row + 1] = sum1;
    output[row + 2] = sum2;
    output[row + 3] = sum3;
  }
}
