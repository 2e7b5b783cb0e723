// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.link.LinkMessage;

/**
 * What an open carrier says of its own accord: the messages of its conversation, acknowledgements
 * between them, heartbeats when there is nothing else. Belongs to the node's agent.
 */
final class CarrierSender {
  /** Frames per duty cycle, so that no link keeps the others waiting. */
  private static final int FRAMES_PER_CYCLE = 4;

  private final OutboundStream outbound;
  private final Conversation link;
  private final NodeAgent neighbour;
  private final long heartbeatNs;
  private long lastSentNs;
  private boolean gone;

  CarrierSender(
      OutboundStream outbound,
      Conversation link,
      NodeAgent neighbourOrNull,
      long heartbeatNs,
      long nowNs) {
    this.outbound = outbound;
    this.link = link;
    this.neighbour = neighbourOrNull;
    this.heartbeatNs = heartbeatNs;
    this.lastSentNs = nowNs;
  }

  /** Sends as much as there is room for, within a turn's bound; returns the number of frames. */
  int drain(long nowNs) {
    FrameEncoder encoder = outbound.encoder();
    int frames = 0;
    while (frames < FRAMES_PER_CYCLE && (!encoder.isIdle() || beginNext(encoder, nowNs))) {
      OutboundStream.Offer offer = outbound.offerNext();
      if (offer != OutboundStream.Offer.SENT) {
        gone = offer == OutboundStream.Offer.GONE;
        break;
      }
      frames++;
      lastSentNs = nowNs;
      if (encoder.isIdle()) {
        link.outbox().onSent();
      }
    }
    if (frames > 0 && neighbour != null) {
      neighbour.wake();
    }
    return frames;
  }

  private boolean beginNext(FrameEncoder encoder, long nowNs) {
    Outbox outbox = link.outbox();
    // The rest of a tensor comes before anything else: nothing may lie between its chunks.
    if (outbox.fromWords() == 0 && link.beginAcknowledge(encoder, nowNs)) {
      return true;
    }
    LinkMessage next = outbox.next();
    if (next != null) {
      encoder.begin(next, outbox.fromWords(), outbox.fromChunk());
    }
    return next != null;
  }

  /** Begins a heartbeat if nothing was said for long; whether it did. */
  boolean keepAlive(long nowNs) {
    FrameEncoder encoder = outbound.encoder();
    if (!encoder.isIdle() || nowNs - lastSentNs <= heartbeatNs) {
      return false;
    }
    encoder.beginHeartbeat();
    lastSentNs = nowNs;
    return true;
  }

  /** Returns whether the peer does not listen any more. */
  boolean isGone() {
    return gone;
  }

  /** Returns whether all that was to be sent is on its way. */
  boolean isDone() {
    return outbound.encoder().isIdle() && link.outbox().isEmpty();
  }
}
