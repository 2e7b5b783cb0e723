// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.ExclusivePublication;
import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.InitiatorHandshake;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client whose key is pinned, and who does what he likes with it. */
@Timeout(180)
class InsiderAttackTest {
  private static final long SEED = 11;
  private static final int SCALE = Integer.getInteger("pascaline.attack.scale", 1);
  private static final int LIARS = 30;

  /** A quarter of 64 links, and four that are half open. */
  private static final int LIARS_SHARE = 20;

  private static final int MESSAGES = 20_000 * SCALE;

  private final Deployment deployment = new Deployment(SEED);
  private final Bystander bystander = new Bystander(deployment.network, deployment.client, SEED);
  private final LinkSecurity.Secured insider =
      (LinkSecurity.Secured) deployment.identities.otherClient().security();

  @BeforeEach
  void settle() {
    bystander.awaitAnswers(2);
  }

  @AfterEach
  void close() throws InterruptedException {
    bystander.awaitAnswers(2);
    bystander.assertUntouched();
    assertTrue(deployment.isWhole());
    assertEquals(0, deployment.errors());
    deployment.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 1)
  void shouldHarmNobodyWithMessagesOfAnyKind(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    HostileMessages messages = new HostileMessages(deployment.network.plan(), random);
    PartyCounters[] counters = {deployment.party0.counters(), deployment.party1.counters()};
    long heapBytes = DatagramAttackTest.usedHeapBytes();
    int sent = 0;
    try (Liar liar = new Liar(deployment, insider)) {
      for (int i = 0; i < MESSAGES; i++) {
        for (Link link : liar.links()) {
          LinkMessage message = messages.next();
          Deployment.await("room", () -> link.send(message) || !link.isOpen());
          sent++;
        }
      }
      for (PartyCounters counted : counters) {
        Deployment.await("ignored messages", () -> counted.ignoredMessages() > MESSAGES / 4);
      }
      // The links are still good: what was said was no fault of frames.
      assertTrue(liar.links().stream().allMatch(Link::isOpen));
    }
    assertTrue(sent >= 2 * MESSAGES);
    assertTrue(DatagramAttackTest.usedHeapBytes() - heapBytes < 64L << 20);
  }

  /** Authentic frames, wrong as they can be, where a hello is due: no stream gets beyond them. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void shouldRefuseStreamsThatBeginWithAnythingButAHello(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    NodeCounters counters = deployment.party0.transport().counters();
    long before = counters.faults();
    try (Stranger stranger = new Stranger()) {
      for (int i = 0; i < 40 * SCALE; i++) {
        try (ExclusivePublication stream = stranger.stream(deployment.party0.address())) {
          InitiatorHandshake handshake =
              Stranger.dial(insider, "party 0", Stranger.AS_CLIENT, stranger.address());
          stranger.complete(stream, handshake);
          FrameChannel channel = handshake.channel();
          for (int frame = 0; frame < 10; frame++) {
            byte[] plain = new byte[random.nextInt(1_200)];
            random.nextBytes(plain);
            if (plain.length > 16 && random.nextInt(4) > 0) {
              plausibleHeader(plain, random, frame);
            }
            Stranger.say(stream, Stranger.sealed(channel, plain));
          }
        }
      }
    }
    Deployment.await("faults", () -> counters.faults() - before >= 40 * SCALE);
    assertEquals(0, counters.faults(FrameFault.NOT_AUTHENTIC));
  }

  /** Block length, template, schema, version, sequence: right as often as not. */
  private static void plausibleHeader(byte[] plain, SplittableRandom random, int sequence) {
    UnsafeBuffer buffer = new UnsafeBuffer(plain);
    int version = random.nextInt(4);
    int helloBytes = version < 2 ? 102 : 126;
    buffer.putShort(0, (short) (random.nextBoolean() ? helloBytes : random.nextInt(200)));
    buffer.putShort(2, (short) (sequence == 0 ? 1 : random.nextInt(24)));
    buffer.putShort(4, (short) 1_642);
    buffer.putShort(6, (short) version);
    buffer.putLong(8, sequence);
  }

  /** Authentic frames out of their order, twice, and of another key's generation. */
  @Test
  void shouldRefuseSealedFramesRepeatedOrOutOfOrder() {
    NodeCounters counters = deployment.party0.transport().counters();
    try (Stranger stranger = new Stranger()) {
      for (int kind = 0; kind < 3; kind++) {
        long before = counters.faults(FrameFault.NOT_AUTHENTIC);
        try (ExclusivePublication stream = stranger.stream(deployment.party0.address())) {
          InitiatorHandshake handshake =
              Stranger.dial(insider, "party 0", Stranger.AS_CLIENT, stranger.address());
          stranger.complete(stream, handshake);
          byte[] first = Stranger.sealed(handshake.channel(), new byte[64]);
          byte[] second = Stranger.sealed(handshake.channel(), new byte[64]);
          if (kind == 0) {
            second[4] = 1;
          }
          Stranger.say(stream, second);
          Stranger.say(stream, kind == 1 ? second : first);
          Deployment.await("refusal", () -> counters.faults(FrameFault.NOT_AUTHENTIC) > before);
        }
      }
    }
    assertTrue(counters.authenticationFailures() >= 3);
  }

  /** One identity takes no more than its share of links: others still get in. */
  @Test
  void shouldKeepRoomForOthersWhenOneClientOpensLinksWithoutEnd() throws Exception {
    NodeCounters counters = deployment.party0.transport().counters();
    List<Liar> liars = new ArrayList<>();
    try {
      for (int i = 0; i < LIARS; i++) {
        liars.add(new Liar(deployment, insider));
      }
      Deployment.await("limit", () -> counters.faults(FrameFault.TOO_MANY_LINKS) > 0);
      // Those of the dealer, the other party and the honest client are among them.
      long open = counters.opened() - counters.closed();
      assertTrue(open <= LIARS_SHARE + 3, open + " links");
      try (PrivateInferenceClient late =
          deployment.connect(deployment.identities.client(), deployment.party0.address())) {
        Fixtures.assertPipelined(deployment.network, late, 2, SEED);
      } catch (ExecutionException refused) {
        throw new AssertionError(refused);
      }
    } finally {
      liars.forEach(Liar::close);
    }
  }
}
