// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.WorkSplitter;

/**
 * How a number of equal work items is split into contiguous ranges.
 *
 * @param itemCount the items
 * @param count the ranges, at least 1 and at most the items (but 1 where there is no item)
 */
record Parts(int itemCount, int count) {
  /** Below this many multiply-adds (some ten microseconds) handing work to a thread costs more. */
  private static final long MIN_MULTIPLY_ADDS = 1 << 18;

  /** Ranges for each thread, so that one whose core others use delays little. */
  private static final int SHARES = 4;

  /** Some ten microseconds of the fastest methods: taking a range costs far less. */
  private static final long RANGE_MULTIPLY_ADDS = 1 << 20;

  /**
   * Several ranges for each thread where there is work for them. A thread that joins late, or is
   * interrupted, then takes fewer: nobody waits for it for long. For items that may be divided
   * anywhere.
   */
  static Parts shares(int itemCount, WorkSplitter splitter, long multiplyAdds) {
    Parts parts = of(itemCount, splitter, multiplyAdds);
    if (parts.count == 1) {
      return parts;
    }
    long max = Math.min((long) SHARES * splitter.width(), multiplyAdds / RANGE_MULTIPLY_ADDS);
    return new Parts(itemCount, (int) Math.max(parts.count, Math.min(itemCount, max)));
  }

  /** As many ranges as the splitter can run at once, unless the work is too little for that. */
  static Parts of(int itemCount, WorkSplitter splitter, long multiplyAdds) {
    long worthwhile = Math.min(splitter.width(), multiplyAdds / MIN_MULTIPLY_ADDS);
    return new Parts(itemCount, (int) Math.max(1, Math.min(itemCount, worthwhile)));
  }

  /** First item of a range. */
  int from(int part) {
    return (int) ((long) itemCount * part / count);
  }

  /** First item after a range. */
  int to(int part) {
    return from(part + 1);
  }
}
