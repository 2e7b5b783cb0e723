// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a node spends on handshakes, all of them together: a bounded rate of signatures, and no
 * first message twice. Links that are open come first: a flood delays new ones only.
 * Single-threaded.
 */
public final class HandshakeGate {
  /** Some 0.1 ms each: at most a tenth of the polling thread's time. */
  private static final int CHECKS_PER_SECOND = 1_000;

  private static final int BURST = 200;
  private static final int REMEMBERED = 4_096;
  private static final long SECOND_NS = 1_000_000_000L;

  private final Set<ByteBuffer> seen = new LinkedHashSet<>();
  private double tokens = BURST;
  private long lastNs;
  private boolean started;

  /** Pays for one signature. */
  void spend(long nowNs) throws MalformedFrame {
    if (started) {
      tokens = Math.min(BURST, tokens + (nowNs - lastNs) * (double) CHECKS_PER_SECOND / SECOND_NS);
    }
    started = true;
    lastNs = nowNs;
    if (tokens < 1) {
      throw new MalformedFrame(FrameFault.HANDSHAKE_LIMIT, "too many handshakes at a time");
    }
    tokens--;
  }

  /** Refuses a first message that was taken before. */
  void requireNew(byte[] digest) throws MalformedFrame {
    if (seen.contains(ByteBuffer.wrap(digest))) {
      throw new MalformedFrame(FrameFault.REPLAYED, "a first message that was seen before");
    }
  }

  /**
   * Remembers a first message whose signature is valid, so only pinned identities fill this memory.
   */
  void remember(byte[] digest) {
    if (seen.size() == REMEMBERED) {
      Iterator<ByteBuffer> oldest = seen.iterator();
      oldest.next();
      oldest.remove();
    }
    seen.add(ByteBuffer.wrap(digest));
  }
}
