// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols;

import io.pascaline.protocols.linear.WorkSplitter;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Runs parts on the common pool, in no order. */
public enum ParallelSplitter implements WorkSplitter {
  INSTANCE;

  @Override
  public void run(int parts, IntConsumer part) {
    IntStream.range(0, parts).parallel().forEach(part);
  }

  @Override
  public int width() {
    return 4;
  }
}
