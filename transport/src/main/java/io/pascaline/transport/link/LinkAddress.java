// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * Where a node listens.
 *
 * @param channel {@code aeron:ipc}, or {@code aeron:udp?endpoint=host:port}; port 0 asks for any
 *     free port and is only good for listening
 * @param streamId tells apart the nodes that share a channel
 */
public record LinkAddress(String channel, int streamId) {
  private static final int FIRST_MODEL = 1 << 30;
  private static final int MODEL_BITS = FIRST_MODEL - 1;

  /** Checks that there is a channel. */
  public LinkAddress {
    Objects.requireNonNull(channel, "channel");
  }

  /** Returns a node reached through shared memory of one media driver. */
  public static LinkAddress ipc(int streamId) {
    return new LinkAddress("aeron:ipc", streamId);
  }

  /** Returns a node reached over UDP on stream 1. */
  public static LinkAddress udp(String host, int port) {
    return new LinkAddress("aeron:udp?endpoint=" + host + ":" + port, 1);
  }

  /**
   * Returns the stream of a model at the same channel: parties and dealers that serve several
   * models have a stream for each, which everybody derives from the public plan.
   *
   * @param planDigest of the model's plan
   */
  public LinkAddress ofModel(byte[] planDigest) {
    return new LinkAddress(
        channel, ByteBuffer.wrap(planDigest).getInt() & MODEL_BITS | FIRST_MODEL);
  }

  @Override
  public String toString() {
    return channel + " stream " + streamId;
  }
}
