// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.WorkSplitter;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Matrix times vector with the inputs in the vector lanes. Every weight is used once, so memory
 * bounds the speed: rows are read in place, four at a time.
 */
final class VectorProduct extends LinearMethod {
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = WORDS.length();

  private final MatrixProduct product;
  private final int[] words;

  VectorProduct(MatrixProduct product, int[] weights, LinearKernel owner) {
    super(product, owner);
    this.product = product;
    this.words = weights.clone();
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    Parts parts = Parts.of(product.outputCount(), splitter, product.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          int row = parts.from(part);
          int to = parts.to(part);
          for (; row + 4 <= to; row += 4) {
            fourRows(words, row * input.length, input, output, row);
          }
          for (; row < to; row++) {
            output[row] = oneRow(words, row * input.length, input);
          }
        });
  }

  private static void fourRows(int[] words, int at0, int[] input, int[] output, int row) {
    int count = input.length;
    int whole = WORDS.loopBound(count);
    int at1 = at0 + count;
    int at2 = at1 + count;
    int at3 = at2 + count;
    IntVector sum0 = IntVector.zero(WORDS);
    IntVector sum1 = IntVector.zero(WORDS);
    IntVector sum2 = IntVector.zero(WORDS);
    IntVector sum3 = IntVector.zero(WORDS);
    for (int i = 0; i < whole; i += LANES) {
      IntVector x = IntVector.fromArray(WORDS, input, i);
      sum0 = IntVector.fromArray(WORDS, words, at0 + i).mul(x).add(sum0);
      sum1 = IntVector.fromArray(WORDS, words, at1 + i).mul(x).add(sum1);
      sum2 = IntVector.fromArray(WORDS, words, at2 + i).mul(x).add(sum2);
      sum3 = IntVector.fromArray(WORDS, words, at3 + i).mul(x).add(sum3);
    }
    int total0 = sum0.reduceLanes(VectorOperators.ADD);
    int total1 = sum1.reduceLanes(VectorOperators.ADD);
    int total2 = sum2.reduceLanes(VectorOperators.ADD);
    int total3 = sum3.reduceLanes(VectorOperators.ADD);
    for (int i = whole; i < count; i++) {
      total0 += words[at0 + i] * input[i];
      total1 += words[at1 + i] * input[i];
      total2 += words[at2 + i] * input[i];
      total3 += words[at3 + i] * input[i];
    }
    output[row] = total0;
    output[row + 1] = total1;
    output[row + 2] = total2;
    output[row + 3] = total3;
  }

  private static int oneRow(int[] words, int at, int[] input) {
    int whole = WORDS.loopBound(input.length);
    IntVector sum = IntVector.zero(WORDS);
    for (int i = 0; i < whole; i += LANES) {
      IntVector x = IntVector.fromArray(WORDS, input, i);
      sum = IntVector.fromArray(WORDS, words, at + i).mul(x).add(sum);
    }
    int total = sum.reduceLanes(VectorOperators.ADD);
    for (int i = whole; i < input.length; i++) {
      total += words[at + i] * input[i];
    }
    return total;
  }
}
