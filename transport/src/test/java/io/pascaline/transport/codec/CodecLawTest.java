// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.RequestId;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CodecLawTest {
  private static final int MAX_WORDS = 1 << 16;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldDecodeWhatWasEncoded(long seed) throws MalformedFrame {
    SplittableRandom random = new SplittableRandom(seed);
    int partyId = random.nextInt(-1, 2);
    FramePipe pipe =
        new FramePipe(partyId, random.nextInt(700, 9000), random.nextInt(64, 9000), MAX_WORDS);
    RandomMessages source = new RandomMessages(random, 5000);
    LinkMessage.Hello hello = source.hello(partyId);

    pipe.decode(pipe.encodeHello(hello));
    RandomMessages.assertSame(hello, pipe.messages.remove(0));
    assertEquals(new HelloOpening(99, false, LinkAddress.ipc(17)), pipe.handshake);
    for (int i = 0; i < 40 * RandomMessages.TYPES; i++) {
      LinkMessage message = source.next(i % RandomMessages.TYPES);
      pipe.decode(pipe.encode(message));
      if (i % 7 == 0) {
        pipe.decode(pipe.encodeHeartbeat());
      }
      assertEquals(1, pipe.messages.size(), message.toString());
      RandomMessages.assertSame(message, pipe.messages.remove(0));
    }
    pipe.decode(pipe.encodeGoodbye("done"));
    assertEquals(List.of("done"), pipe.goodbyes);
    for (PayloadKind kind : PayloadKind.values()) {
      assertTrue(pipe.sent.payloadBytes(kind) > 0, kind.toString());
      assertEquals(pipe.sent.payloadBytes(kind), pipe.received.payloadBytes(kind));
    }
    assertEquals(pipe.sent.framingBytes(), pipe.received.framingBytes());
    assertEquals(pipe.sent.frames(), pipe.received.frames());
  }

  @ParameterizedTest
  @EnumSource(AbortReason.class)
  void shouldCarryEveryAbortReason(AbortReason reason) throws MalformedFrame {
    FramePipe pipe = opened();
    LinkMessage message = new LinkMessage.RequestAbort(1, 2, new RequestId(3, 4), reason, "x");

    pipe.decode(pipe.encode(message));

    assertEquals(message, pipe.messages.get(0));
  }

  @ParameterizedTest
  @EnumSource(FailureCode.class)
  void shouldCarryEveryFailureCode(FailureCode code) throws MalformedFrame {
    FramePipe pipe = opened();
    LinkMessage message = new LinkMessage.Failure(code, "x");

    pipe.decode(pipe.encode(message));

    assertEquals(message, pipe.messages.get(0));
  }

  @Test
  void shouldCutLongTextBetweenCharacters() throws MalformedFrame {
    FramePipe pipe = opened();

    pipe.decode(
        pipe.encode(new LinkMessage.Failure(FailureCode.INTERNAL, "a" + "\u20AC".repeat(300))));

    String got = ((LinkMessage.Failure) pipe.messages.get(0)).detail();
    assertEquals("a" + "\u20AC".repeat(170), got);
    assertEquals(511, got.getBytes(StandardCharsets.UTF_8).length);
  }

  @Test
  void shouldKeepReasonsOnOneLine() throws MalformedFrame {
    FramePipe pipe = opened();

    pipe.decode(pipe.encodeGoodbye("first\nsecond\u001b[31m"));

    assertEquals(List.of("first?second?[31m"), pipe.goodbyes);
  }

  @Test
  void shouldRefuseTensorAboveBoundBeforeAllocating() throws MalformedFrame {
    FramePipe pipe = new FramePipe(0, 4096, 1 << 20, 1000);
    pipe.decode(pipe.encodeHello(new RandomMessages(new SplittableRandom(1), 0).hello(0)));
    List<byte[]> frames =
        pipe.encode(new LinkMessage.OutputShare(new RequestId(1, 2), new int[1001]));

    MalformedFrame fault = assertThrows(MalformedFrame.class, () -> pipe.decode(frames.get(0)));

    assertEquals(FrameFault.OVERSIZED, fault.fault());
  }

  private static FramePipe opened() throws MalformedFrame {
    FramePipe pipe = new FramePipe(0, 4096, 1 << 20, MAX_WORDS);
    pipe.decode(pipe.encodeHello(new RandomMessages(new SplittableRandom(1), 0).hello(0)));
    pipe.messages.clear();
    return pipe;
  }
}
