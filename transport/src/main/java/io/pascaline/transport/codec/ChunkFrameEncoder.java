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

  /** Plain bytes of a chunk's frame that are not words. */
  static int overhead(PayloadKind kind) {
    int block =
        switch (kind) {
          case MASKED_TENSOR, SETUP, ADVANCE_OPENING -> MaskedTensorChunkEncoder.BLOCK_LENGTH;
          case CORRECTION -> CorrectionChunkEncoder.BLOCK_LENGTH;
          case INPUT_SHARE -> InputShareChunkEncoder.BLOCK_LENGTH;
          case OUTPUT_SHARE -> OutputShareChunkEncoder.BLOCK_LENGTH;
        };
    return MessageHeaderEncoder.ENCODED_LENGTH + block + WORDS_HEADER;
  }

  /** Encodes words [from, from + count) of a tensor as its chunk of that index. */
  void encode(
      LinkMessage.Tensor tensor,
      int index,
      int from,
      int count,
      long sequence,
      MutableDirectBuffer buffer,
      int offset) {
    PayloadKind kind = tensor.payloadKind();
    int[] words = tensor.words();
    beginChunk(tensor, kind, sequence, buffer, offset)
        .sender(senderId)
        .index(index)
        .offsetWords(from)
        .totalWords(words.length);
    // The generated putWords takes bytes only; this writes the same layout without a detour.
    int at = offset + overhead(kind);
    buffer.putInt(at - WORDS_HEADER, count * Integer.BYTES, ByteOrder.LITTLE_ENDIAN);
    Tensors.put(buffer, at, words, from, count);
  }

  /** Writes what names the tensor; returns where what names the chunk goes. */
  private ChunkEncoder beginChunk(
      LinkMessage.Tensor tensor,
      PayloadKind kind,
      long sequence,
      MutableDirectBuffer buffer,
      int offset) {
    return switch (kind) {
      case MASKED_TENSOR, SETUP, ADVANCE_OPENING -> {
        LinkMessage.MaskedTensor opening = (LinkMessage.MaskedTensor) tensor;
        masked.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
        masked.session().epoch(opening.epoch()).number(opening.number());
        yield masked.layer(opening.layer()).round(opening.round()).chunk();
      }
      case CORRECTION -> {
        LinkMessage.Correction dealt = (LinkMessage.Correction) tensor;
        correction.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
        correction.session().epoch(dealt.epoch()).number(dealt.number());
        yield correction.layer(dealt.layer()).chunk();
      }
      case INPUT_SHARE -> {
        LinkMessage.InputShare share = (LinkMessage.InputShare) tensor;
        input.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
        input.request().high(share.request().high()).low(share.request().low());
        yield input.timeoutMs(share.timeoutMs()).chunk();
      }
      case OUTPUT_SHARE -> {
        LinkMessage.OutputShare share = (LinkMessage.OutputShare) tensor;
        output.wrapAndApplyHeader(buffer, offset, header).sequence(sequence);
        output.request().high(share.request().high()).low(share.request().low());
        yield output.chunk();
      }
    };
  }
}
