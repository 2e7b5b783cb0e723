// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.sbe.ChunkEncoder;
import io.pascaline.transport.sbe.CorrectionChunkEncoder;
import io.pascaline.transport.sbe.InputShareChunkEncoder;
import io.pascaline.transport.sbe.MaskedTensorChunkEncoder;
import io.pascaline.transport.sbe.MessageHeaderEncoder;
import io.pascaline.transport.sbe.OutputShareChunkEncoder;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/** Encodes one chunk of a tensor, straight from the tensor's own array. */
final class ChunkFrameEncoder {
  /** Bytes of a chunk's frame before its words, by kind of message. */
  private static final int WORDS_HEADER = MaskedTensorChunkEncoder.wordsHeaderLength();

  private final int senderId;
  private final MessageHeaderEncoder header = new MessageHeaderEncoder();
  private final MaskedTensorChunkEncoder masked = new MaskedTensorChunkEncoder();
  private final CorrectionChunkEncoder correction = new CorrectionChunkEncoder();
  private final InputShareChunkEncoder input = new InputShareChunkEncoder();
  private final OutputShareChunkEncoder output = new OutputShareChunkEncoder();

  ChunkFrameEncoder(int senderId) {
    this.senderId = senderId;
  }

  static PayloadKind kind(LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      return Tensors.maskedTensorKind(tensor.number());
    }
    if (message instanceof LinkMessage.Correction) {
      return PayloadKind.CORRECTION;
    }
    return message instanceof LinkMessage.InputShare
        ? PayloadKind.INPUT_SHARE
        : PayloadKind.OUTPUT_SHARE;
  }

  /** Plain bytes of a chunk's frame that are not words. */
  static int overhead(LinkMessage message) {
    int block;
    if (message instanceof LinkMessage.MaskedTensor) {
      block = MaskedTensorChunkEncoder.BLOCK_LENGTH;
    } else if (message instanceof LinkMessage.Correction) {
      block = CorrectionChunkEncoder.BLOCK_LENGTH;
    } else if (message instanceof LinkMessage.InputShare) {
      block = InputShareChunkEncoder.BLOCK_LENGTH;
    } else {
      block = OutputShareChunkEncoder.BLOCK_LENGTH;
    }
    return MessageHeaderEncoder.ENCODED_LENGTH + block + WORDS_HEADER;
  }

  /** Encodes words [from, from + count) of a tensor as its chunk of that index. */
  void encode(
      LinkMessage message,
      int index,
      int from,
      int count,
      long sequence,
      MutableDirectBuffer buffer,
      int offset) {
    ChunkEncoder chunk;
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      masked.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
      masked.session().epoch(tensor.epoch()).number(tensor.number());
      chunk = masked.layer(tensor.layer()).step(tensor.step()).chunk();
    } else if (message instanceof LinkMessage.Correction dealt) {
      correction.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
      correction.session().epoch(dealt.epoch()).number(dealt.number());
      chunk = correction.layer(dealt.layer()).chunk();
    } else if (message instanceof LinkMessage.InputShare share) {
      input.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
      input.request().high(share.requestHigh()).low(share.requestLow());
      chunk = input.timeoutMs(share.timeoutMs()).chunk();
    } else if (message instanceof LinkMessage.OutputShare share) {
      output.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
      output.request().high(share.requestHigh()).low(share.requestLow());
      chunk = output.chunk();
    } else {
      throw new IllegalArgumentException("no words in " + message);
    }
    int[] words = Tensors.words(message);
    chunk.sender(senderId).index(index).offsetWords(from).totalWords(words.length);
    // The generated putWords takes bytes only; this writes the same layout without a detour.
    int at = offset + overhead(message);
    buffer.putInt(at - WORDS_HEADER, count * Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
    Tensors.put(buffer, at, words, from, count);
  }
}
