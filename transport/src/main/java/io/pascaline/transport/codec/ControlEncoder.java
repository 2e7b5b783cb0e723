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
import io.pascaline.transport.sbe.RequestAbortEncoder;
import io.pascaline.transport.sbe.SessionCheckEncoder;
import io.pascaline.transport.sbe.SessionOpenEncoder;
import io.pascaline.transport.sbe.WitnessDigestEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.agrona.MutableDirectBuffer;

/** Encodes messages that carry no tensor: one frame each. */
final class ControlEncoder {
  private static final int HEADER = MessageHeaderEncoder.ENCODED_LENGTH;

  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final HelloEncoder hello = new HelloEncoder();
  private final HeartbeatEncoder heartbeat = new HeartbeatEncoder();
  private final GoodbyeEncoder goodbye = new GoodbyeEncoder();
  private final EpochStartEncoder epochStart = new EpochStartEncoder();
  private final SessionOpenEncoder sessionOpen = new SessionOpenEncoder();
  private final SessionCheckEncoder sessionCheck = new SessionCheckEncoder();
  private final WitnessDigestEncoder witnessDigest = new WitnessDigestEncoder();
  private final RequestAbortEncoder requestAbort = new RequestAbortEncoder();
  private final FailureEncoder failure = new FailureEncoder();
  private final AcknowledgeEncoder acknowledge = new AcknowledgeEncoder();
  private final CreditEncoder credit = new CreditEncoder();

  /** Returns a text in UTF-8, truncated between characters so that it fits. */
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
    return switch (message.kind()) {
      case EPOCH_START -> HEADER + EpochStartEncoder.BLOCK_LENGTH;
      case SESSION_OPEN -> HEADER + SessionOpenEncoder.BLOCK_LENGTH;
      case CREDIT -> HEADER + CreditEncoder.BLOCK_LENGTH;
      case SESSION_CHECK -> HEADER + SessionCheckEncoder.BLOCK_LENGTH;
      case WITNESS_DIGEST -> HEADER + WitnessDigestEncoder.BLOCK_LENGTH;
      case REQUEST_ABORT ->
          HEADER
              + RequestAbortEncoder.BLOCK_LENGTH
              + RequestAbortEncoder.detailHeaderLength()
              + text.length;
      case FAILURE ->
          HEADER + FailureEncoder.BLOCK_LENGTH + FailureEncoder.detailHeaderLength() + text.length;
      case HELLO, INPUT_SHARE, OUTPUT_SHARE, MASKED_TENSOR, CORRECTION -> throw notControl(message);
    };
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
    switch (message.kind()) {
      case EPOCH_START -> encode((LinkMessage.EpochStart) message, sequence, buffer, offset);
      case SESSION_OPEN -> encode((LinkMessage.SessionOpen) message, sequence, buffer, offset);
      case CREDIT -> encode((LinkMessage.Credit) message, sequence, buffer, offset);
      case SESSION_CHECK -> encode((LinkMessage.SessionCheck) message, sequence, buffer, offset);
      case WITNESS_DIGEST -> encode((LinkMessage.WitnessDigest) message, sequence, buffer, offset);
      case REQUEST_ABORT ->
          encode((LinkMessage.RequestAbort) message, text, sequence, buffer, offset);
      case FAILURE -> encode((LinkMessage.Failure) message, text, sequence, buffer, offset);
      case HELLO, INPUT_SHARE, OUTPUT_SHARE, MASKED_TENSOR, CORRECTION -> throw notControl(message);
      default -> throw new IllegalStateException("no frame for " + message.kind());
    }
  }

  private static IllegalArgumentException notControl(LinkMessage message) {
    return new IllegalArgumentException("no control frame for " + message);
  }

  private void encode(
      LinkMessage.EpochStart start, long sequence, MutableDirectBuffer buffer, int offset) {
    epochStart
        .wrapAndApplyHeader(buffer, offset, header)
        .sequence(sequence)
        .epoch(start.epoch())
        .putDealerNonce(start.dealerNonce(), 0, start.dealerNonce().length)
        .putParty0Nonce(start.party0Nonce(), 0, start.party0Nonce().length)
        .putParty1Nonce(start.party1Nonce(), 0, start.party1Nonce().length)
        .putKeyConfirmation(start.keyConfirmation(), 0, start.keyConfirmation().length);
  }

  private void encode(
      LinkMessage.SessionOpen open, long sequence, MutableDirectBuffer buffer, int offset) {
    sessionOpen.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
    sessionOpen.session().epoch(open.epoch()).number(open.number());
    sessionOpen.request().high(open.request().high()).low(open.request().low());
    sessionOpen.timeoutMs(open.timeoutMs()).imageCount(open.imageCount());
  }

  private void encode(
      LinkMessage.RequestAbort abort,
      byte[] text,
      long sequence,
      MutableDirectBuffer buffer,
      int offset) {
    requestAbort.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
    requestAbort.session().epoch(abort.epoch()).number(abort.number());
    requestAbort.request().high(abort.request().high()).low(abort.request().low());
    requestAbort
        .reason(WireCodes.encode(abort.reason()))
        .retryAfterMs(abort.retryAfterMs())
        .putDetail(text, 0, text.length);
  }

  private void encode(
      LinkMessage.Failure fault,
      byte[] text,
      long sequence,
      MutableDirectBuffer buffer,
      int offset) {
    failure
        .wrapAndApplyHeader(buffer, offset, header)
        .sequence(sequence)
        .code(WireCodes.encode(fault.code()))
        .putDetail(text, 0, text.length);
  }

  private void encode(
      LinkMessage.Credit grant, long sequence, MutableDirectBuffer buffer, int offset) {
    credit
        .wrapAndApplyHeader(buffer, offset, header)
        .sequence(sequence)
        .epoch(grant.epoch())
        .grantedBytesTotal(grant.grantedBytesTotal())
        .layer(grant.layer());
  }

  private void encode(
      LinkMessage.SessionCheck check, long sequence, MutableDirectBuffer buffer, int offset) {
    sessionCheck.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
    sessionCheck.session().epoch(check.epoch()).number(check.number());
    sessionCheck.putSeed(check.seed(), 0, check.seed().length);
  }

  private void encode(
      LinkMessage.WitnessDigest witness, long sequence, MutableDirectBuffer buffer, int offset) {
    witnessDigest.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
    witnessDigest.session().epoch(witness.epoch()).number(witness.number());
    witnessDigest.layer(witness.layer()).putDigest(witness.digest(), 0, witness.digest().length);
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
        .maxBatch(own.maxBatch())
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
