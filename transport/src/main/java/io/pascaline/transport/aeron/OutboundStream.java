// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.Aeron;
import io.aeron.AeronCounters;
import io.aeron.ExclusivePublication;
import io.aeron.Publication;
import io.aeron.exceptions.AeronException;
import io.aeron.logbuffer.BufferClaim;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.StreamCounters;
import java.lang.System.Logger;
import org.agrona.concurrent.status.CountersReader;

/**
 * One publication to a remote, from the request for it to its end. Frames are encoded straight into
 * the log. Belongs to the node's agent.
 */
final class OutboundStream {
  private static final Logger LOGGER = System.getLogger(OutboundStream.class.getName());

  /** What became of a frame. */
  enum Offer {
    /** It is in the log. */
    SENT,
    /** There is no room now. */
    BUSY,
    /** There will be none any more. */
    GONE
  }

  private final BufferClaim claim = new BufferClaim();
  private final StreamCounters counters = new StreamCounters();
  private final Aeron aeron;
  private final int senderId;
  private final int chunkBytes;
  private final long registrationId;
  private ExclusivePublication publication;
  private FrameEncoder encoder;
  private boolean closed;
  private long lastPosition;
  private int senderPositionId = CountersReader.NULL_COUNTER_ID;

  OutboundStream(Aeron aeron, int senderId, int chunkBytes, String uri, int streamId) {
    this.aeron = aeron;
    this.senderId = senderId;
    this.chunkBytes = chunkBytes;
    this.registrationId = aeron.asyncAddExclusivePublication(uri, streamId);
  }

  StreamCounters counters() {
    return counters;
  }

  /**
   * Returns whether the remote listens to the stream.
   *
   * @throws io.aeron.exceptions.RegistrationException if the driver refused the publication
   */
  boolean isConnected() {
    if (publication == null) {
      publication = aeron.getExclusivePublication(registrationId);
      if (publication == null) {
        return false;
      }
    }
    return publication.isConnected();
  }

  /** From now on all frames go through that channel; once, after the stream connected. */
  void begin(FrameChannel channel) {
    encoder =
        new FrameEncoder(channel, senderId, publication.maxPayloadLength(), chunkBytes, counters);
  }

  FrameEncoder encoder() {
    return encoder;
  }

  /** Sends a frame as it is, if there is room. */
  Offer offer(byte[] frame) {
    long position = publication.tryClaim(frame.length, claim);
    if (position > 0) {
      claim.buffer().putBytes(claim.offset(), frame);
      claim.commit();
      counters.onFraming(frame.length);
    }
    return outcome(position);
  }

  /** Sends the encoder's next frame, if there is room. */
  Offer offerNext() {
    long position = publication.tryClaim(encoder.nextLength(), claim);
    if (position > 0) {
      try {
        encoder.encodeNext(claim.buffer(), claim.offset());
      } catch (RuntimeException e) {
        claim.abort();
        throw e;
      }
      claim.commit();
    }
    return outcome(position);
  }

  private static Offer outcome(long position) {
    if (position > 0) {
      return Offer.SENT;
    }
    return position == Publication.BACK_PRESSURED || position == Publication.ADMIN_ACTION
        ? Offer.BUSY
        : Offer.GONE;
  }

  /**
   * Returns whether all that a closed stream had in its log has left this machine, as far as the
   * driver says: a driver that is closed before that takes the rest, the goodbye first of all, with
   * it.
   */
  boolean hasLeft() {
    return senderPositionId == CountersReader.NULL_COUNTER_ID
        || aeron.isClosed()
        || aeron.countersReader().getCounterState(senderPositionId)
            != CountersReader.RECORD_ALLOCATED
        || aeron.countersReader().getCounterValue(senderPositionId) >= lastPosition;
  }

  void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (encoder != null) {
      encoder.drop();
    }
    if (publication != null) {
      if (!aeron.isClosed()) {
        lastPosition = publication.position();
        senderPositionId =
            aeron
                .countersReader()
                .findByTypeIdAndRegistrationId(
                    AeronCounters.DRIVER_SENDER_POSITION_TYPE_ID, publication.registrationId());
      }
      publication.close();
    } else if (!aeron.isClosed()) {
      try {
        aeron.asyncRemovePublication(registrationId);
      } catch (AeronException e) {
        LOGGER.log(Logger.Level.TRACE, "the client ends, and its publications with it", e);
      }
    }
  }
}
