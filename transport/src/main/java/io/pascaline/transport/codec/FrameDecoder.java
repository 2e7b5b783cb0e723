// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.RequestId;
import io.pascaline.transport.sbe.AcknowledgeDecoder;
import io.pascaline.transport.sbe.ChunkDecoder;
import io.pascaline.transport.sbe.CorrectionChunkDecoder;
import io.pascaline.transport.sbe.CreditDecoder;
import io.pascaline.transport.sbe.EpochStartDecoder;
import io.pascaline.transport.sbe.FailureDecoder;
import io.pascaline.transport.sbe.GoodbyeDecoder;
import io.pascaline.transport.sbe.HeartbeatDecoder;
import io.pascaline.transport.sbe.HelloDecoder;
import io.pascaline.transport.sbe.InputShareChunkDecoder;
import io.pascaline.transport.sbe.MaskedTensorChunkDecoder;
import io.pascaline.transport.sbe.MessageHeaderDecoder;
import io.pascaline.transport.sbe.OutputShareChunkDecoder;
import io.pascaline.transport.sbe.RequestAbortDecoder;
import io.pascaline.transport.sbe.SessionCheckDecoder;
import io.pascaline.transport.sbe.SessionOpenDecoder;
import io.pascaline.transport.sbe.WitnessDigestDecoder;
import org.agrona.DirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Turns the frames of one incoming stream into messages, and believes none of them: every length,
 * code and order is checked before it is used. After a {@link MalformedFrame} the stream must be
 * closed. Single-threaded.
 */
public final class FrameDecoder {
  private static final int WORDS_HEADER = MaskedTensorChunkDecoder.wordsHeaderLength();
  private static final int SEQUENCE_BYTES = Long.BYTES;

  /** Where a message begins, behind the header of its frame. */
  private static final int BODY = MessageHeaderDecoder.ENCODED_LENGTH;

  /** The frame that is being decoded, in plaintext, and its header. */
  private final UnsafeBuffer plain = new UnsafeBuffer(0, 0);

  private final MessageHeaderDecoder header = new MessageHeaderDecoder();
  private final ControlDecoder control = new ControlDecoder();
  private final MaskedTensorChunkDecoder masked = new MaskedTensorChunkDecoder();
  private final CorrectionChunkDecoder correction = new CorrectionChunkDecoder();
  private final InputShareChunkDecoder input = new InputShareChunkDecoder();
  private final OutputShareChunkDecoder output = new OutputShareChunkDecoder();
  private final ChunkHeader chunk = new ChunkHeader();
  private final FrameChannel channel;
  private final StreamCounters counters;
  private final FrameHandler handler;
  private TensorAssembly assembly;
  private long nextSequence;
  private int senderId;

  /**
   * A decoder for a new stream, whose receivers give no array back.
   *
   * @param maxMessageWords words of the largest tensor taken
   */
  public FrameDecoder(
      FrameChannel channel, int maxMessageWords, StreamCounters counters, FrameHandler handler) {
    this(channel, maxMessageWords, new WordArrays(0), counters, handler);
  }

  /**
   * A decoder for a new stream.
   *
   * @param maxMessageWords words of the largest tensor taken
   * @param arrays what receivers have given back
   */
  public FrameDecoder(
      FrameChannel channel,
      int maxMessageWords,
      WordArrays arrays,
      StreamCounters counters,
      FrameHandler handler) {
    this.channel = channel;
    this.counters = counters;
    this.handler = handler;
    this.assembly = new TensorAssembly(maxMessageWords, arrays);
  }

  /** Takes no larger tensors from now on; none may be in flight. */
  public void takeAtMost(int maxMessageWords) {
    assembly.takeAtMost(maxMessageWords);
  }

  /** Returns whether the last frame began or continued a message that is not whole yet. */
  public boolean isWithinMessage() {
    return assembly.isInFlight();
  }

  /** Takes a tensor's memory at its first chunk from now on: its sender is known. */
  public void trustTotal() {
    assembly.trustTotal();
  }

  /** Words of memory that the stream's unfinished tensor takes. */
  public int heldWords() {
    return assembly.heldWords();
  }

  /**
   * Returns what a new stream is told, so that its sender resumes where this one ended.
   *
   * @param receivedMessages whole messages of the conversation
   */
  public Resumption resumption(long conversation, long receivedMessages) {
    return new Resumption(
        conversation, receivedMessages, assembly.filledWords(), assembly.filledChunks());
  }

  /** Continues the unfinished tensor of a stream that ended. */
  public void resumeAfter(FrameDecoder ended) {
    assembly = ended.assembly;
  }

  /** Forgets the unfinished tensor: no further frame will be decoded. */
  public void drop() {
    assembly.drop();
  }

  /**
   * Decodes a frame and tells the handler what it says.
   *
   * @throws MalformedFrame if it is not the frame that may come next
   */
  public void onFrame(DirectBuffer frame, int offset, int length) throws MalformedFrame {
    if (!channel.open(frame, offset, length, plain)) {
      throw new MalformedFrame(FrameFault.NOT_AUTHENTIC, "the frame is not authentic");
    }
    if (plain.capacity() < BODY + SEQUENCE_BYTES) {
      throw new MalformedFrame(FrameFault.TOO_SHORT, "frame of " + plain.capacity() + " bytes");
    }
    header.wrap(plain, 0);
    int template = header.templateId();
    requireKnown(template);
    requireNext(template);
    try {
      dispatch(template, length);
    } catch (IndexOutOfBoundsException e) {
      // Lengths are checked before; Agrona's own checks stand behind that.
      throw new MalformedFrame(FrameFault.BAD_LENGTH, "message " + template + " is truncated");
    }
    nextSequence++;
  }

  /** Refuses a message that this decoder does not know, or whose fixed fields are incomplete. */
  private void requireKnown(int template) throws MalformedFrame {
    if (header.schemaId() != MessageHeaderDecoder.SCHEMA_ID) {
      throw new MalformedFrame(FrameFault.UNKNOWN_SCHEMA, "schema " + header.schemaId());
    }
    int block = header.blockLength();
    int knownBlock = blockLength(template, header.version());
    if (block < knownBlock || block > plain.capacity() - BODY) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH,
          "message " + template + " has a block of " + block + " bytes, known are " + knownBlock);
    }
  }

  /** Refuses a frame out of turn. */
  private void requireNext(int template) throws MalformedFrame {
    // The sequence is the first field of every message.
    long sequence = plain.getLong(BODY, MessageHeaderDecoder.BYTE_ORDER);
    if (sequence != nextSequence) {
      throw new MalformedFrame(
          FrameFault.OUT_OF_SEQUENCE, "frame " + sequence + " where " + nextSequence + " is next");
    }
    if ((template == HelloDecoder.TEMPLATE_ID) != (sequence == 0)) {
      throw new MalformedFrame(
          sequence == 0 ? FrameFault.HELLO_EXPECTED : FrameFault.HELLO_UNEXPECTED,
          "message " + template + " as frame " + sequence);
    }
  }

  /**
   * Decodes the message of a frame and tells the handler.
   *
   * @param sentBytes length of the frame as it was sent
   */
  private void dispatch(int template, int sentBytes) throws MalformedFrame {
    LinkMessage message;
    if (isChunk(template)) {
      message = onChunk(template, sentBytes);
    } else {
      if (assembly.isInFlight() && template != GoodbyeDecoder.TEMPLATE_ID) {
        throw new MalformedFrame(
            FrameFault.OUT_OF_ORDER, "message " + template + " between two chunks");
      }
      message = onControl(template);
      counters.onFrame(sentBytes);
    }
    if (message instanceof LinkMessage.Hello hello) {
      senderId = hello.partyId();
      handler.onHello(hello, control.handshake(plain.capacity()));
    } else if (message != null) {
      handler.onMessage(message);
    }
  }

  private LinkMessage onControl(int template) throws MalformedFrame {
    switch (template) {
      case HelloDecoder.TEMPLATE_ID:
        return control.hello(plain, header);
      case HeartbeatDecoder.TEMPLATE_ID:
        ControlDecoder.requireEnd(BODY + header.blockLength(), plain.capacity());
        return null;
      case GoodbyeDecoder.TEMPLATE_ID:
        handler.onGoodbye(control.goodbye(plain, header));
        return null;
      case AcknowledgeDecoder.TEMPLATE_ID:
        handler.onAcknowledge(control.acknowledge(plain, header));
        return null;
      case EpochStartDecoder.TEMPLATE_ID:
        return control.epochStart(plain, header);
      case SessionOpenDecoder.TEMPLATE_ID:
        return control.sessionOpen(plain, header);
      case RequestAbortDecoder.TEMPLATE_ID:
        return control.requestAbort(plain, header);
      case FailureDecoder.TEMPLATE_ID:
        return control.failure(plain, header);
      case CreditDecoder.TEMPLATE_ID:
        return control.credit(plain, header);
      case SessionCheckDecoder.TEMPLATE_ID:
        return control.sessionCheck(plain, header);
      case WitnessDigestDecoder.TEMPLATE_ID:
        return control.witnessDigest(plain, header);
      default:
        throw unknown(template);
    }
  }

  /** Takes a chunk; returns the message of the tensor that it completes, or null. */
  private LinkMessage onChunk(int template, int sentBytes) throws MalformedFrame {
    return switch (template) {
      case MaskedTensorChunkDecoder.TEMPLATE_ID -> onMaskedTensor(sentBytes);
      case CorrectionChunkDecoder.TEMPLATE_ID -> onCorrection(sentBytes);
      case InputShareChunkDecoder.TEMPLATE_ID -> onInputShare(sentBytes);
      case OutputShareChunkDecoder.TEMPLATE_ID -> onOutputShare(sentBytes);
      default -> throw unknown(template);
    };
  }

  private LinkMessage onMaskedTensor(int sentBytes) throws MalformedFrame {
    masked.wrapAndApplyHeader(plain, 0, header);
    long epoch = masked.session().epoch();
    long number = masked.session().number();
    int layer = masked.layer();
    int round = masked.round();
    long place = ((long) layer << 32) | (round & 0xFFFF_FFFFL);
    chunk.setTensor(MaskedTensorChunkDecoder.TEMPLATE_ID, epoch, number, place);
    PayloadKind kind = LinkMessage.MaskedTensor.payloadKind(number, round);
    int[] whole = take(masked.chunk(), kind, sentBytes);
    return whole == null ? null : new LinkMessage.MaskedTensor(epoch, number, layer, round, whole);
  }

  private LinkMessage onCorrection(int sentBytes) throws MalformedFrame {
    correction.wrapAndApplyHeader(plain, 0, header);
    long epoch = correction.session().epoch();
    long number = correction.session().number();
    int layer = correction.layer();
    chunk.setTensor(CorrectionChunkDecoder.TEMPLATE_ID, epoch, number, layer);
    int[] whole = take(correction.chunk(), PayloadKind.CORRECTION, sentBytes);
    return whole == null ? null : new LinkMessage.Correction(epoch, number, layer, whole);
  }

  private LinkMessage onInputShare(int sentBytes) throws MalformedFrame {
    input.wrapAndApplyHeader(plain, 0, header);
    long high = input.request().high();
    long low = input.request().low();
    long timeoutMs = input.timeoutMs();
    chunk.setTensor(InputShareChunkDecoder.TEMPLATE_ID, high, low, timeoutMs);
    int[] whole = take(input.chunk(), PayloadKind.INPUT_SHARE, sentBytes);
    return whole == null
        ? null
        : new LinkMessage.InputShare(new RequestId(high, low), timeoutMs, whole);
  }

  private LinkMessage onOutputShare(int sentBytes) throws MalformedFrame {
    output.wrapAndApplyHeader(plain, 0, header);
    long high = output.request().high();
    long low = output.request().low();
    chunk.setTensor(OutputShareChunkDecoder.TEMPLATE_ID, high, low, 0);
    int[] whole = take(output.chunk(), PayloadKind.OUTPUT_SHARE, sentBytes);
    return whole == null ? null : new LinkMessage.OutputShare(new RequestId(high, low), whole);
  }

  /**
   * Takes the words at the end of the frame, of the tensor that the chunk's header names.
   *
   * @param position where in the tensor they lie
   * @param sentBytes length of the frame as it was sent
   * @return the tensor's words if this was its last chunk, or null
   */
  private int[] take(ChunkDecoder position, PayloadKind kind, int sentBytes) throws MalformedFrame {
    int wordCount = requireWords();
    int sender = position.sender();
    if (sender != senderId) {
      throw new MalformedFrame(
          FrameFault.WRONG_SENDER, "chunk of sender " + sender + " on a stream of " + senderId);
    }
    chunk.setPosition(position.index(), position.offsetWords(), position.totalWords());
    int wordBytes = wordCount * Integer.BYTES;
    int[] whole = assembly.onChunk(chunk, plain, plain.capacity() - wordBytes, wordCount);
    counters.onChunk(sentBytes, kind, wordBytes);
    return whole;
  }

  /** Returns how many words the frame has, which must be the last thing in it and fill it. */
  private int requireWords() throws MalformedFrame {
    int at = BODY + header.blockLength();
    int end = plain.capacity();
    if (end - at < WORDS_HEADER) {
      throw new MalformedFrame(FrameFault.BAD_LENGTH, "frame of " + end + " bytes without words");
    }
    int bytes = plain.getInt(at, MessageHeaderDecoder.BYTE_ORDER);
    if (bytes < 0 || bytes % Integer.BYTES != 0 || bytes != end - at - WORDS_HEADER) {
      throw new MalformedFrame(
          FrameFault.BAD_LENGTH, bytes + " bytes of words in a frame of " + end + " bytes");
    }
    return bytes / Integer.BYTES;
  }

  private static boolean isChunk(int template) {
    return template >= InputShareChunkDecoder.TEMPLATE_ID
        && template <= CorrectionChunkDecoder.TEMPLATE_ID;
  }

  private static int blockLength(int template, int version) throws MalformedFrame {
    return switch (template) {
      case HelloDecoder.TEMPLATE_ID ->
          version < HelloDecoder.conversationSinceVersion()
              ? HelloDecoder.conversationEncodingOffset()
              : HelloDecoder.BLOCK_LENGTH;
      case AcknowledgeDecoder.TEMPLATE_ID -> AcknowledgeDecoder.BLOCK_LENGTH;
      case HeartbeatDecoder.TEMPLATE_ID -> HeartbeatDecoder.BLOCK_LENGTH;
      case GoodbyeDecoder.TEMPLATE_ID -> GoodbyeDecoder.BLOCK_LENGTH;
      case EpochStartDecoder.TEMPLATE_ID -> EpochStartDecoder.BLOCK_LENGTH;
      case SessionOpenDecoder.TEMPLATE_ID -> SessionOpenDecoder.BLOCK_LENGTH;
      case RequestAbortDecoder.TEMPLATE_ID ->
          version < RequestAbortDecoder.retryAfterMsSinceVersion()
              ? RequestAbortDecoder.BLOCK_LENGTH - RequestAbortDecoder.retryAfterMsEncodingLength()
              : RequestAbortDecoder.BLOCK_LENGTH;
      case FailureDecoder.TEMPLATE_ID -> FailureDecoder.BLOCK_LENGTH;
      case CreditDecoder.TEMPLATE_ID -> CreditDecoder.BLOCK_LENGTH;
      case SessionCheckDecoder.TEMPLATE_ID -> SessionCheckDecoder.BLOCK_LENGTH;
      case WitnessDigestDecoder.TEMPLATE_ID -> WitnessDigestDecoder.BLOCK_LENGTH;
      case InputShareChunkDecoder.TEMPLATE_ID -> InputShareChunkDecoder.BLOCK_LENGTH;
      case OutputShareChunkDecoder.TEMPLATE_ID -> OutputShareChunkDecoder.BLOCK_LENGTH;
      case MaskedTensorChunkDecoder.TEMPLATE_ID -> MaskedTensorChunkDecoder.BLOCK_LENGTH;
      case CorrectionChunkDecoder.TEMPLATE_ID -> CorrectionChunkDecoder.BLOCK_LENGTH;
      default -> throw unknown(template);
    };
  }

  private static MalformedFrame unknown(int template) {
    return new MalformedFrame(FrameFault.UNKNOWN_MESSAGE, "message " + template);
  }
}
