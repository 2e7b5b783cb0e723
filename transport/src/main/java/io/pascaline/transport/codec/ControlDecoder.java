// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.sbe.AcknowledgeDecoder;
import io.pascaline.transport.sbe.Answer;
import io.pascaline.transport.sbe.CreditDecoder;
import io.pascaline.transport.sbe.EpochStartDecoder;
import io.pascaline.transport.sbe.FailureDecoder;
import io.pascaline.transport.sbe.GoodbyeDecoder;
import io.pascaline.transport.sbe.HelloDecoder;
import io.pascaline.transport.sbe.MessageHeaderDecoder;
import io.pascaline.transport.sbe.RequestAbortDecoder;
import io.pascaline.transport.sbe.RequestIdentityDecoder;
import io.pascaline.transport.sbe.SessionCheckDecoder;
import io.pascaline.transport.sbe.SessionOpenDecoder;
import io.pascaline.transport.sbe.WitnessDigestDecoder;
import java.nio.charset.StandardCharsets;
import org.agrona.DirectBuffer;

/**
 * Decodes messages that carry no tensor, each from a frame that begins with its header and ends
 * with the message. Lengths of fixed fields are the caller's to check.
 */
final class ControlDecoder {
  private final HelloDecoder hello = new HelloDecoder();
  private final GoodbyeDecoder goodbye = new GoodbyeDecoder();
  private final EpochStartDecoder epochStart = new EpochStartDecoder();
  private final SessionOpenDecoder sessionOpen = new SessionOpenDecoder();
  private final SessionCheckDecoder sessionCheck = new SessionCheckDecoder();
  private final WitnessDigestDecoder witnessDigest = new WitnessDigestDecoder();
  private final RequestAbortDecoder requestAbort = new RequestAbortDecoder();
  private final FailureDecoder failure = new FailureDecoder();
  private final AcknowledgeDecoder acknowledge = new AcknowledgeDecoder();
  private final CreditDecoder credit = new CreditDecoder();

  LinkMessage.Hello hello(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    hello.wrapAndApplyHeader(frame, 0, header);
    byte[] planDigest = new byte[LinkMessage.PLAN_DIGEST_BYTES];
    byte[] sharingId = new byte[LinkMessage.SHARING_ID_BYTES];
    byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    hello.getPlanDigest(planDigest, 0, planDigest.length);
    hello.getSharingId(sharingId, 0, sharingId.length);
    hello.getNonce(nonce, 0, nonce.length);
    return new LinkMessage.Hello(
        WireCodes.decodeRole(hello.roleRaw()),
        hello.partyId(),
        hello.nodeId(),
        hello.protocolVersion(),
        planDigest,
        sharingId,
        nonce,
        maxBatch(hello.maxBatch()));
  }

  /** Returns how many images the sender takes in one session; 0 if an older sender says nothing. */
  private static int maxBatch(int sent) throws MalformedFrame {
    return sent == HelloDecoder.maxBatchNullValue() ? 0 : requireImages("maxBatch", 0, sent);
  }

  private static int requireImages(String field, int min, int sent) throws MalformedFrame {
    if (sent < min || sent > LinkMessage.MAX_BATCH) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, field + " is " + sent);
    }
    return sent;
  }

  /** Returns the opening part of the hello that was decoded last. */
  HelloOpening handshake(int end) throws MalformedFrame {
    short answer = hello.answerRaw();
    if (answer != Answer.NO.value() && answer != Answer.YES.value()) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, "answer is " + answer);
    }
    int length = requireVarLength(hello.replyChannelLength(), FrameLimits.MAX_CHANNEL_BYTES);
    requireEnd(hello.limit() + HelloDecoder.replyChannelHeaderLength() + length, end);
    byte[] channel = new byte[length];
    hello.getReplyChannel(channel, 0, length);
    for (byte character : channel) {
      if (character <= ' ') {
        throw new MalformedFrame(FrameFault.BAD_VALUE, "the reply channel is not printable");
      }
    }
    return new HelloOpening(
        hello.dialId(),
        answer == Answer.YES.value(),
        new LinkAddress(new String(channel, StandardCharsets.US_ASCII), hello.replyStreamId()),
        resumption());
  }

  /**
   * Returns what the hello resumes; a sender of an older schema leaves it out, which reads as null.
   */
  private Resumption resumption() throws MalformedFrame {
    long conversation = hello.conversation();
    if (conversation == 0 || conversation == HelloDecoder.conversationNullValue()) {
      return Resumption.NONE;
    }
    long messages = hello.receivedMessages();
    long words = hello.receivedWords();
    long chunks = hello.receivedChunks();
    if (messages < 0
        || words > FrameLimits.MAX_WORDS
        || chunks > words
        || words > 0 && chunks < 1) {
      throw new MalformedFrame(
          FrameFault.BAD_ACKNOWLEDGEMENT,
          messages + " messages, " + words + " words in " + chunks + " chunks");
    }
    return new Resumption(conversation, messages, (int) words, (int) chunks);
  }

  long acknowledge(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    acknowledge.wrapAndApplyHeader(frame, 0, header);
    requireEnd(acknowledge.limit(), frame.capacity());
    return acknowledge.receivedMessages();
  }

  String goodbye(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    goodbye.wrapAndApplyHeader(frame, 0, header);
    int length = requireVarLength(goodbye.reasonLength(), LinkMessage.MAX_DETAIL_BYTES);
    requireEnd(goodbye.limit() + GoodbyeDecoder.reasonHeaderLength() + length, frame.capacity());
    byte[] text = new byte[length];
    goodbye.getReason(text, 0, length);
    return text(text);
  }

  LinkMessage epochStart(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    epochStart.wrapAndApplyHeader(frame, 0, header);
    requireEnd(epochStart.limit(), frame.capacity());
    byte[] dealer = new byte[LinkMessage.NONCE_BYTES];
    byte[] party0 = new byte[LinkMessage.NONCE_BYTES];
    byte[] party1 = new byte[LinkMessage.NONCE_BYTES];
    epochStart.getDealerNonce(dealer, 0, dealer.length);
    epochStart.getParty0Nonce(party0, 0, party0.length);
    epochStart.getParty1Nonce(party1, 0, party1.length);
    byte[] confirmation = new byte[LinkMessage.NONCE_BYTES];
    epochStart.getKeyConfirmation(confirmation, 0, confirmation.length);
    return new LinkMessage.EpochStart(epochStart.epoch(), dealer, party0, party1, confirmation);
  }

  LinkMessage sessionOpen(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    sessionOpen.wrapAndApplyHeader(frame, 0, header);
    requireEnd(sessionOpen.limit(), frame.capacity());
    int sent = sessionOpen.imageCount();
    return new LinkMessage.SessionOpen(
        sessionOpen.session().epoch(),
        sessionOpen.session().number(),
        sent == SessionOpenDecoder.imageCountNullValue() ? 1 : requireImages("imageCount", 1, sent),
        request(sessionOpen.request()),
        sessionOpen.timeoutMs());
  }

  LinkMessage requestAbort(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    requestAbort.wrapAndApplyHeader(frame, 0, header);
    int length = requireVarLength(requestAbort.detailLength(), LinkMessage.MAX_DETAIL_BYTES);
    requireEnd(
        requestAbort.limit() + RequestAbortDecoder.detailHeaderLength() + length, frame.capacity());
    byte[] text = new byte[length];
    requestAbort.getDetail(text, 0, length);
    return new LinkMessage.RequestAbort(
        requestAbort.session().epoch(),
        requestAbort.session().number(),
        request(requestAbort.request()),
        WireCodes.decodeAbort(requestAbort.reasonRaw()),
        text(text),
        retryAfterMs(requestAbort.retryAfterMs()));
  }

  /** Returns the wait, at most the longest that is sane; 0 if an older sender leaves it out. */
  private static long retryAfterMs(long sent) {
    return sent == RequestAbortDecoder.retryAfterMsNullValue()
        ? 0
        : Math.min(sent, LinkMessage.RequestAbort.MAX_RETRY_AFTER_MS);
  }

  LinkMessage failure(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    failure.wrapAndApplyHeader(frame, 0, header);
    int length = requireVarLength(failure.detailLength(), LinkMessage.MAX_DETAIL_BYTES);
    requireEnd(failure.limit() + FailureDecoder.detailHeaderLength() + length, frame.capacity());
    byte[] text = new byte[length];
    failure.getDetail(text, 0, length);
    return new LinkMessage.Failure(WireCodes.decodeFailure(failure.codeRaw()), text(text));
  }

  LinkMessage credit(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    credit.wrapAndApplyHeader(frame, 0, header);
    requireEnd(credit.limit(), frame.capacity());
    return new LinkMessage.Credit(credit.epoch(), credit.layer(), credit.grantedBytesTotal());
  }

  LinkMessage sessionCheck(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    sessionCheck.wrapAndApplyHeader(frame, 0, header);
    requireEnd(sessionCheck.limit(), frame.capacity());
    byte[] seed = new byte[LinkMessage.CHECK_BYTES];
    sessionCheck.getSeed(seed, 0, seed.length);
    return new LinkMessage.SessionCheck(
        sessionCheck.session().epoch(), sessionCheck.session().number(), seed);
  }

  LinkMessage witnessDigest(DirectBuffer frame, MessageHeaderDecoder header) throws MalformedFrame {
    witnessDigest.wrapAndApplyHeader(frame, 0, header);
    requireEnd(witnessDigest.limit(), frame.capacity());
    byte[] digest = new byte[LinkMessage.CHECK_BYTES];
    witnessDigest.getDigest(digest, 0, digest.length);
    return new LinkMessage.WitnessDigest(
        witnessDigest.session().epoch(),
        witnessDigest.session().number(),
        witnessDigest.layer(),
        digest);
  }

  private static RequestId request(RequestIdentityDecoder decoder) {
    return new RequestId(decoder.high(), decoder.low());
  }

  static void requireEnd(int actual, int end) throws MalformedFrame {
    if (actual != end) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH, "fields end at byte " + actual + " of a frame of " + end);
    }
  }

  private static int requireVarLength(int length, int max) throws MalformedFrame {
    if (length < 0 || length > max) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH, "text of " + length + " bytes, more than " + max);
    }
    return length;
  }

  /** Returns a text for one-line reasons and logs, without control characters. */
  private static String text(byte[] utf8) {
    String text = new String(utf8, StandardCharsets.UTF_8);
    if (text.chars().noneMatch(Character::isISOControl)) {
      return text;
    }
    StringBuilder clean = new StringBuilder(text.length());
    text.chars().forEach(c -> clean.append(Character.isISOControl(c) ? '?' : (char) c));
    return clean.toString();
  }
}
