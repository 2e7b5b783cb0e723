// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.WorkSplitter;
import java.util.function.IntConsumer;

/** Parts on the caller's thread in reverse order, so that a dependence between parts shows. */
record ShuffledWork(int width) implements WorkSplitter {
  @Override
  public void run(int parts, IntConsumer part) {
    for (int i = parts - 1; i >= 0; i--) {
      part.accept(i);
    }
  }
}
