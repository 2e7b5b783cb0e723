// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

/**
 * What the parties made of a client's canaries.
 *
 * @param right answered rightly
 * @param wrong answered wrongly; the first ends the client's trust
 * @param unanswered that ended without an answer, which accuses nobody
 * @param sessions that these were in
 */
public record CanaryCounts(long right, long wrong, long unanswered, long sessions) {
  /** Of a client without canaries. */
  public static final CanaryCounts NONE = new CanaryCounts(0, 0, 0, 0);

  /** Returns the number of canaries. */
  public long total() {
    return right + wrong + unanswered;
  }
}
