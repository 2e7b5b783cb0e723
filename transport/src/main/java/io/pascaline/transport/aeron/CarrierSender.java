// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.Outbox;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.trace.MessageEncoded;

/**
 * What an open carrier sends of its own accord: the messages of its conversation, acknowledgements
 * between them, heartbeats when there is nothing else. Belongs to the node's agent.
 */
final class CarrierSender {
  /** Frames per duty cycle, so that no carrier keeps the others waiting. */
  private static final int FRAMES_PER_CYCLE = 4;

  private final OutboundStream outbound;
  private final Conversation conversation;
  private final Runnable neighbour;
  private final long heartbeatNs;
  private long lastSentNs;
  private boolean gone;

  /** Of the message that is being encoded, while a recording wants to know; null otherwise. */
  private MessageEncoded encoded;

  /**
   * A sender for one carrier.
   *
   * @param neighbourOrNull wakes the remote, if it is in this JVM and reached by shared memory
   */
  CarrierSender(
      OutboundStream outbound,
      Conversation conversation,
      Runnable neighbourOrNull,
      long heartbeatNs,
      long nowNs) {
    this.outbound = outbound;
    this.conversation = conversation;
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
        if (encoded != null) {
          encoded.commit();
          encoded = null;
        }
        conversation.outbox().onSent();
      }
    }
    if (frames > 0 && neighbour != null) {
      neighbour.run();
    }
    return frames;
  }

  private boolean beginNext(FrameEncoder encoder, long nowNs) {
    Outbox outbox = conversation.outbox();
    // The rest of a tensor comes before anything else: nothing may lie between its chunks.
    if (outbox.fromWords() == 0 && conversation.isAcknowledgeDue(nowNs)) {
      encoder.beginAcknowledge(conversation.acknowledge());
      return true;
    }
    LinkMessage next = outbox.next();
    if (next != null) {
      encoded = MessageEncoded.beginOrNull();
      if (encoded != null) {
        encoded.describe(conversation.ownName(), conversation.peerName(), next);
      }
      encoder.begin(next, outbox.fromWords(), outbox.fromChunk());
    }
    return next != null;
  }

  /** Begins a heartbeat if nothing was sent for long; returns whether it did. */
  boolean keepAlive(long nowNs) {
    FrameEncoder encoder = outbound.encoder();
    if (!encoder.isIdle() || nowNs - lastSentNs <= heartbeatNs) {
      return false;
    }
    encoder.beginHeartbeat();
    lastSentNs = nowNs;
    return true;
  }

  /** Returns whether the remote does not listen any more. */
  boolean isGone() {
    return gone;
  }

  /** Returns whether all that was to be sent is in the log. */
  boolean isDone() {
    return outbound.encoder().isIdle() && conversation.outbox().isEmpty();
  }
}
