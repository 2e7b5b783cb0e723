// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.bench;

import java.util.List;

/** The rules that divide the time of an inference that ran alone into categories. */
@FunctionalInterface
interface Timeline {
  /**
   * Divides one inference.
   *
   * @param fromNs when it was requested
   * @param untilNs when it was answered
   * @param within spans between the two times
   * @return the categories' parts, which add up to the whole
   */
  Breakdown breakdown(long fromNs, long untilNs, List<Span> within);
}
