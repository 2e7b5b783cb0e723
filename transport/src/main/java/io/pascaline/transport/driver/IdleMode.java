// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

/** What a polling thread does when there is nothing to do. */
public enum IdleMode {
  /**
   * Spin, then yield, then park for some tens of microseconds: cool and quick enough. A thread that
   * does the work of a driver and of its nodes blocks instead, until there is work.
   */
  BACKOFF,
  /** Yield: lower latency, one core busy per thread. */
  YIELD,
  /** Spin: lowest latency, for machines with a core to spare per thread. */
  SPIN
}
