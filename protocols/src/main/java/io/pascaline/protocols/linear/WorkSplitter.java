// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

import java.util.function.IntConsumer;

/**
 * Threads, as seen by arithmetic: whoever drives a protocol brings them. Implementations are
 * thread-safe.
 */
public interface WorkSplitter {

  /**
   * Runs {@code part.accept(0 .. parts-1)}, each exactly once, in any order and on any threads, and
   * returns when all are done, with their writes visible to the caller. Parts are independent of
   * each other. If a part throws, one of the exceptions is thrown to the caller after all parts
   * have ended.
   *
   * @param parts how many, at least 0
   * @param part receives the index of the part
   */
  void run(int parts, IntConsumer part);

  /**
   * Returns how many parts can make progress at the same time; at least 1. A hint for splitting
   * work.
   */
  int width();

  /** Runs every part on the caller's thread. */
  static WorkSplitter sequential() {
    return SequentialWork.INSTANCE;
  }
}
