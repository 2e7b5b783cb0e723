// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

/** Which thread does the work of a media driver in the process of its nodes. */
public enum DriverThread {
  /** {@link #SHARED} on a machine with at most four processors, otherwise {@link #OWN}. */
  AUTO,
  /**
   * A thread of its own: datagrams are sent and received while nodes seal, open and decode frames.
   */
  OWN,
  /**
   * The nodes' thread: one thread change fewer per message, and no polling with {@link
   * IdleMode#BACKOFF}.
   */
  SHARED;

  private static final int FEW_PROCESSORS = 4;

  /** Returns whether the driver runs on the thread of its nodes on this machine. */
  boolean isShared() {
    return this == SHARED
        || this == AUTO && Runtime.getRuntime().availableProcessors() <= FEW_PROCESSORS;
  }
}
