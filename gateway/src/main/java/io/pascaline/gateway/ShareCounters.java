// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import java.util.concurrent.atomic.LongAdder;

/** What shares a client of a gateway sent and got, by bytes of the shares alone. Thread-safe. */
final class ShareCounters implements LinkCounters {
  private final LongAdder inputBytes = new LongAdder();
  private final LongAdder inputs = new LongAdder();
  private final LongAdder outputBytes = new LongAdder();
  private final LongAdder outputs = new LongAdder();

  void received(LinkMessage.InputShare share) {
    inputBytes.add(share.payloadBytes());
    inputs.increment();
  }

  void sent(LinkMessage.OutputShare share) {
    outputBytes.add(share.payloadBytes());
    outputs.increment();
  }

  @Override
  public long sentPayloadBytes(PayloadKind kind) {
    return kind == PayloadKind.OUTPUT_SHARE ? outputBytes.sum() : 0;
  }

  @Override
  public long receivedPayloadBytes(PayloadKind kind) {
    return kind == PayloadKind.INPUT_SHARE ? inputBytes.sum() : 0;
  }

  @Override
  public long sentFramingBytes() {
    return 0;
  }

  @Override
  public long receivedFramingBytes() {
    return 0;
  }

  @Override
  public long sentFrames() {
    return outputs.sum();
  }

  @Override
  public long receivedFrames() {
    return inputs.sum();
  }
}
