// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.sbe.AcknowledgeEncoder;
import io.pascaline.transport.sbe.Answer;
import io.pascaline.transport.sbe.CreditEncoder;
import io.pascaline.transport.sbe.EpochStartEncoder;
import io.pascaline.transport.sbe.FailureEncoder;
import io.pascaline.transport.sbe.GoodbyeEncoder;
import io.pascaline.transport.sbe.HeartbeatEncoder;
import io.pascaline.transport.sbe.HelloEncoder;
import io.pascaline.transport.sbe.MessageHeaderEncoder;
import io.pascaline.transport.sbe.SessionAbortEncoder;
import io.pascaline.transport.sbe.SessionOpenEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/** Encodes messages that carry no tensor: one frame each. */
final class ControlEncoder {
  private static final int HEADER = MessageHeaderEncoder.ENCODED_LENGTH;
  private static final byte[] NO_TEXT = {};

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final HelloEncoder hello = new HelloEncoder();
  private final HeartbeatEncoder heartbeat = new HeartbeatEncoder();
  private final GoodbyeEncoder goodbye = new GoodbyeEncoder();
  private final EpochStartEncoder epochStart = new EpochStartEncoder();
  private final SessionOpenEncoder sessionOpen = new SessionOpenEncoder();
  private final SessionAbortEncoder sessionAbort = new SessionAbortEncoder();
  private final FailureEncoder failure = new FailureEncoder();
  private final AcknowledgeEncoder acknowledge = new AcknowledgeEncoder();
  private final CreditEncoder credit = new CreditEncoder();

  /**
   * Returns what follows the fixed fields: the message's text in at most the length that is
   * allowed.
   */
  static byte[] text(LinkMessage message) {
    if (message instanceof LinkMessage.RequestAbort abort) {
      return text(abort.detail());
    }
    if (message instanceof LinkMessage.Failure fault) {
      return text(fault.detail());
    }
    return NO_TEXT;
  }

  /** UTF-8, cut between characters so that it fits. */
  static byte[] text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= LinkMessage.MAX_DETAIL_BYTES) {
      return bytes;
    }
    int end = LinkMessage.MAX_DETAIL_BYTES;
    while (end > 0 && (bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return Arrays.copyOf(bytes, end);
  }

  /** Plain length of the frame of a message without a tensor. */
  static int length(LinkMessage message, byte[] text) {
    if (message instanceof LinkMessage.EpochStart) {
      return HEADER + EpochStartEncoder.BLOCK_LENGTH;
    }
    if (message instanceof LinkMessage.SessionOpen) {
      return HEADER + SessionOpenEncoder.BLOCK_LENGTH;
    }
    if (message instanceof LinkMessage.Credit) {
      return HEADER + CreditEncoder.BLOCK_LENGTH;
    }
    if (message instanceof LinkMessage.RequestAbort) {
      return HEADER
          + SessionAbortEncoder.BLOCK_LENGTH
          + SessionAbortEncoder.detailHeaderLength()
          + text.length;
    }
    if (message instanceof LinkMessage.Failure) {
      return HEADER
          + FailureEncoder.BLOCK_LENGTH
          + FailureEncoder.detailHeaderLength()
          + text.length;
    }
    throw new IllegalArgumentException("no frame for " + message);
  }

  static int helloLength(byte[] channel) {
    return HEADER
        + HelloEncoder.BLOCK_LENGTH
        + HelloEncoder.replyChannelHeaderLength()
        + channel.length;
  }

  static int heartbeatLength() {
    return HEADER + HeartbeatEncoder.BLOCK_LENGTH;
  }

  static int acknowledgeLength() {
    return HEADER + AcknowledgeEncoder.BLOCK_LENGTH;
  }

  static int goodbyeLength(byte[] text) {
    return HEADER + GoodbyeEncoder.BLOCK_LENGTH + GoodbyeEncoder.reasonHeaderLength() + text.length;
  }

  void encode(
      LinkMessage message, byte[] text, long sequence, MutableDirectBuffer buffer, int offset) {
    if (message instanceof LinkMessage.EpochStart start) {
      epochStart
          .wrapAndApplyHeader(buffer, offset, header)
          .sequence(sequence)
          .epoch(start.epoch())
          .putDealerNonce(start.dealerNonce(), 0, start.dealerNonce().length)
          .putParty0Nonce(start.party0Nonce(), 0, start.party0Nonce().length)
          .putParty1Nonce(start.party1Nonce(), 0, start.party1Nonce().length)
          .putKeyConfirmation(start.keyConfirmation(), 0, start.keyConfirmation().length);
    } else if (message instanceof LinkMessage.SessionOpen open) {
      sessionOpen.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
      sessionOpen.session().epoch(open.epoch()).number(open.number());
      sessionOpen.request().high(open.requestHigh()).low(open.requestLow());
      sessionOpen.timeoutMs(open.timeoutMs());
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      sessionAbort.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
      sessionAbort.session().epoch(abort.epoch()).number(abort.number());
      sessionAbort.request().high(abort.requestHigh()).low(abort.requestLow());
      sessionAbort
          .reason(WireCodes.encode(abort.reason()))
          .retryAfterMs(abort.retryAfterMs())
          .putDetail(text, 0, text.length);
    } else if (message instanceof LinkMessage.Failure fault) {
      failure
          .wrapAndApplyHeader(buffer, offset, header)
          .sequence(sequence)
          .code(WireCodes.encode(fault.code()))
          .putDetail(text, 0, text.length);
    } else if (message instanceof LinkMessage.Credit grant) {
      credit
          .wrapAndApplyHeader(buffer, offset, header)
          .sequence(sequence)
          .epoch(grant.epoch())
          .grantedBytesTotal(grant.grantedBytesTotal())
          .layer(grant.layer());
    } else {
      throw new IllegalArgumentException("no frame for " + message);
    }
  }

  void encodeHello(
      LinkMessage.Hello own,
      HelloOpening handshake,
      byte[] channel,
      long sequence,
      MutableDirectBuffer buffer,
      int offset) {
    hello
        .wrapAndApplyHeader(buffer, offset, header)
        .sequence(sequence)
        .dialId(handshake.dialId())
        .nodeId(own.nodeId())
        .protocolVersion(own.protocolVersion())
        .partyId(own.partyId())
        .replyStreamId(handshake.replyAddress().streamId())
        .putPlanDigest(own.planDigest(), 0, own.planDigest().length)
        .putSharingId(own.sharingId(), 0, own.sharingId().length)
        .putNonce(own.nonce(), 0, own.nonce().length)
        .role(WireCodes.encode(own.role()))
        .answer(handshake.answer() ? Answer.YES : Answer.NO)
        .conversation(handshake.resumption().conversation())
        .receivedMessages(handshake.resumption().receivedMessages())
        .receivedWords(handshake.resumption().receivedWords())
        .receivedChunks(handshake.resumption().receivedChunks())
        .putReplyChannel(channel, 0, channel.length);
  }

  void encodeHeartbeat(long sequence, MutableDirectBuffer buffer, int offset) {
    heartbeat.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
  }

  void encodeAcknowledge(
      long receivedMessages, long sequence, MutableDirectBuffer buffer, int offset) {
    acknowledge
        .wrapAndApplyHeader(buffer, offset, header)
        .sequence(sequence)
        .receivedMessages(receivedMessages);
  }

  void encodeGoodbye(byte[] text, long sequence, MutableDirectBuffer buffer, int offset) {
    goodbye
        .wrapAndApplyHeader(buffer, offset, header)
        .sequence(sequence)
        .putReason(text, 0, text.length);
  }
}
