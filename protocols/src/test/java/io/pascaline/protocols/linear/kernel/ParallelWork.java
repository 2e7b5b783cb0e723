// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.WorkSplitter;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Parts on the common fork-join pool, whose waiting threads run other parts meanwhile. */
record ParallelWork(int width) implements WorkSplitter {
  @Override
  public void run(int parts, IntConsumer part) {
    IntStream.range(0, parts).parallel().forEach(part);
  }
}
