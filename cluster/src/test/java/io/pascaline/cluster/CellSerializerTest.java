// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.io.NotSerializableException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class CellSerializerTest {
  private static final long SEED = 41;
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final RequestId REQUEST = new RequestId(0x8000_0000_0000_0001L, -7);

  private final CellSerializer serializer =
      new CellSerializer((ExtendedActorSystem) Adapter.toClassic(KIT.system()));
  private final ActorRef<GatewayMessage> gateway =
      KIT.createTestProbe(GatewayMessage.class).getRef();
  private final ActorRef<CellMessage> cell = KIT.createTestProbe(CellMessage.class).getRef();

  @AfterAll
  static void end() {
    KIT.shutdownTestKit();
  }

  private List<Object> messages() {
    return List.of(
        new CellMessage.Subscribe(gateway),
        new CellMessage.ClientGone(gateway, "token:älice"),
        new CellMessage.FromClient(
            gateway,
            "token:bob",
            RequestAbort.ofRequest(REQUEST, AbortReason.CANCELLED, "gone", 0)),
        new GatewayMessage.Report(
            cell,
            new CellLoad("a", true, 7, 3, 1L << 40),
            new PartyReadiness(true, false, true),
            Optional.empty()),
        new GatewayMessage.Report(
            cell,
            new CellLoad("b", false, 0, 0, 2),
            PartyReadiness.NONE,
            Optional.of(URI.create("https://cell-b0.example:8443"))),
        new GatewayMessage.ToClient(
            cell, RequestAbort.ofRequest(REQUEST, AbortReason.OVERLOADED, "später", 1_500)));
  }

  private Object roundTrip(Object message) throws NotSerializableException {
    return serializer.fromBinary(serializer.toBinary(message), serializer.manifest(message));
  }

  @Test
  void shouldReadWhatItWrites() throws Exception {
    for (Object message : messages()) {
      assertEquals(message, roundTrip(message));
    }
  }

  @Test
  void shouldReadTheSharesThatItWrites() throws Exception {
    int[] words = {Integer.MIN_VALUE, -1, 0, 1, Integer.MAX_VALUE};
    CellMessage.FromClient from =
        (CellMessage.FromClient)
            roundTrip(
                new CellMessage.FromClient(
                    gateway, "token:a", new LinkMessage.InputShare(REQUEST, 900, words)));
    LinkMessage.InputShare input = (LinkMessage.InputShare) from.message();
    assertEquals(REQUEST, input.request());
    assertEquals(900, input.timeoutMs());
    assertArrayEquals(words, input.words());

    GatewayMessage.ToClient to =
        (GatewayMessage.ToClient)
            roundTrip(
                new GatewayMessage.ToClient(cell, new LinkMessage.OutputShare(REQUEST, words)));
    assertArrayEquals(words, ((LinkMessage.OutputShare) to.message()).words());
  }

  /** Pekko finds it by its configuration; Java's own serialization stays off. */
  @Test
  void shouldBeWhatPekkoSerializesTheMessagesWith() {
    for (Object message : messages()) {
      assertEquals(
          CellSerializer.class,
          SerializationExtension.get(Adapter.toClassic(KIT.system()))
              .findSerializerFor(message)
              .getClass());
    }
  }

  @Test
  void shouldRefuseWhatIsCutOffOrTooLongOrUnknown() {
    for (Object message : messages()) {
      byte[] whole = serializer.toBinary(message);
      String manifest = serializer.manifest(message);
      for (int length = 0; length < whole.length; length++) {
        byte[] part = Arrays.copyOf(whole, length);
        assertThrows(NotSerializableException.class, () -> serializer.fromBinary(part, manifest));
      }
      assertThrows(
          NotSerializableException.class,
          () -> serializer.fromBinary(Arrays.copyOf(whole, whole.length + 1), manifest));
      assertThrows(NotSerializableException.class, () -> serializer.fromBinary(whole, "other-1"));
    }
  }

  /** No mutation makes it fail in another way, or take memory that the bytes do not have. */
  @Test
  void shouldRefuseOrReadMutatedBytes() {
    SplittableRandom random = new SplittableRandom(SEED);
    List<Object> messages = messages();
    int refused = 0;
    for (int round = 0; round < 10_000; round++) {
      Object message = messages.get(random.nextInt(messages.size()));
      byte[] bytes = serializer.toBinary(message);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
      try {
        serializer.fromBinary(bytes, serializer.manifest(message));
      } catch (NotSerializableException expected) {
        refused++;
      }
    }
    assertTrue(refused > 0, "seed " + SEED);
  }

  @Test
  void shouldNotPrintShares() {
    LinkMessage share = new LinkMessage.InputShare(REQUEST, 900, new int[] {1_234_567_891});
    String text = new CellMessage.FromClient(gateway, "token:a", share).toString();
    assertTrue(!text.contains("1234567891"), text);
  }
}
