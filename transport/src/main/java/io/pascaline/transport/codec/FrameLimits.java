// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

/** Bounds of every frame, whatever a node is configured to. */
public final class FrameLimits {
  /** Words of the largest tensor that can be described: its bytes still count in an int. */
  public static final int MAX_WORDS = Integer.MAX_VALUE / Integer.BYTES;

  /** Longest reply channel in a hello. */
  public static final int MAX_CHANNEL_BYTES = 256;

  private FrameLimits() {}
}
