// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import java.util.function.IntConsumer;

/** All parts on the caller's thread, in order. */
final class SequentialWork implements WorkSplitter {
  static final SequentialWork INSTANCE = new SequentialWork();

  private SequentialWork() {}

  @Override
  public void run(int parts, IntConsumer part) {
    for (int i = 0; i < parts; i++) {
      part.accept(i);
    }
  }

  @Override
  public int width() {
    return 1;
  }

  @Override
  public String toString() {
    return "sequential";
  }
}
