// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.transport.aeron.Nodes.Medium;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A peer that goes on with a conversation as it should not, or not at all. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HostileResumeTest {
  private static final int MAX_QUEUED_BYTES = 64 << 10;
  private static final int MAX_LINKS = 16;
  private static final int WORDS = 1_000;
  private static final int CHUNK_BYTES = 1_024;
  private static final int CHUNK_WORDS = CHUNK_BYTES / Integer.BYTES;
  private static final long DIAL_ID = 4_711;
  private static final int CREDIT = 14;

  private final RecordingListener listener = new RecordingListener();
  private final LinkMessage.Hello incarnation = Nodes.hello(Role.PARTY, 1);
  private final List<RawPeer> others = new ArrayList<>();
  private EmbeddedDriver driver;
  private TransportNode node;
  private LinkAddress own;
  private RawPeer raw;

  @BeforeEach
  void launch() {
    driver = EmbeddedDriver.launch();
    node =
        TransportNode.launch(
            Nodes.party(0, driver, Nodes.freshAddress(Medium.IPC), listener)
                .security(LinkSecurity.Plain.INSECURE)
                .chunkBytes(CHUNK_BYTES)
                .maxQueuedBytes(MAX_QUEUED_BYTES)
                .maxLinks(MAX_LINKS)
                .peerTimeoutMs(60_000)
                .resumeTimeoutMs(60_000));
    own = Nodes.freshAddress(Medium.IPC);
    raw = new RawPeer(driver, own, 1);
  }

  @AfterEach
  void close() {
    others.forEach(RawPeer::close);
    raw.close();
    node.close();
    assertEquals(0, node.counters().errors());
    driver.close();
  }

  private static LinkMessage tensor(long seed, int number) {
    SplittableRandom random = new SplittableRandom(seed + number);
    return new LinkMessage.MaskedTensor(1, number, 2, 3, Nodes.randomWords(random, WORDS));
  }

  private Resumption after(long messages, int words, int chunks) {
    return new Resumption(DIAL_ID | 1, messages, words, chunks);
  }

  private RawReply dial(RawStream stream, Resumption resumption) {
    stream.hello(incarnation, DIAL_ID, false, resumption);
    return raw.awaitStream();
  }

  /** What goes over the wire for one opening is the same bytes, however often it goes. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldSendTheSameBytesAgain(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int tensors = 4;
    int chunks = (WORDS + CHUNK_WORDS - 1) / CHUNK_WORDS;
    RawReply first = dial(raw.stream(node.address()), Resumption.NONE);
    Link link = listener.awaitOpened();
    for (int i = 0; i < tensors; i++) {
      assertTrue(link.send(tensor(seed, i)));
    }
    raw.awaitSaid("tensors", () -> first.messages().size() == tensors * chunks);

    int messages = 0;
    for (int loss = 1; loss <= 6; loss++) {
      messages += random.nextInt(2);
      messages = Math.min(messages, tensors - 1);
      int had = random.nextInt(chunks);
      RawReply again = dial(raw.stream(node.address()), after(messages, had * CHUNK_WORDS, had));
      int from = messages * chunks + had;
      int expected = tensors * chunks - from;
      raw.awaitSaid("the rest", () -> again.messages().size() >= expected);

      assertEquals(DIAL_ID | 1, again.handshake().resumption().conversation());
      for (int i = 0; i < expected; i++) {
        assertArrayEquals(first.messages().get(from + i), again.messages().get(i), "seed " + seed);
      }
      assertEquals(loss, node.counters().resumed());
    }
    assertEquals(1, node.counters().opened());
    assertFalse(listener.hasClosed());
    assertEquals(0, node.counters().faults());
  }

  /** Messages that were received before the loss are not told of again. */
  @Test
  void shouldSayWhatItHasReceived() {
    RawStream first = raw.stream(node.address());
    dial(first, Resumption.NONE);
    listener.awaitOpened();
    for (int i = 0; i < 5; i++) {
      first.say(new LinkMessage.Credit(1, i, 0));
      assertEquals(new LinkMessage.Credit(1, i, 0), listener.awaitMessage());
    }
    first.close();
    RawPeer.await("loss", () -> node.counters().suspended() == 1);

    RawStream second = raw.stream(node.address());
    Resumption answer = dial(second, after(0, 0, 0)).handshake().resumption();

    assertEquals(after(5, 0, 0), answer);
    second.say(new LinkMessage.Credit(1, 5, 0));
    assertEquals(new LinkMessage.Credit(1, 5, 0), listener.awaitMessage());
    assertFalse(listener.hasMessage());
  }

  /** Of three tensors the first is acknowledged; nothing but the second or third may be next. */
  @ParameterizedTest(name = "{0} messages, {1} words in {2} chunks")
  @CsvSource({
    "0, 0, 0",
    "4, 0, 0",
    "9223372036854775807, 0, 0",
    "1, 1000, 4",
    "1, 1001, 4",
    "3, 1, 1",
    "2, 67108864, 1"
  })
  void shouldEndAConversationThatCannotHaveGoneLikeThat(long messages, int words, int chunks) {
    RawStream stream = raw.stream(node.address());
    RawReply reply = dial(stream, Resumption.NONE);
    Link link = listener.awaitOpened();
    for (int i = 0; i < 3; i++) {
      assertTrue(link.send(tensor(1, i)));
    }
    long whole = link.queuedBytes();
    raw.awaitSaid("tensors", () -> reply.messages().size() == 12);
    stream.acknowledge(1);
    RawPeer.await("acknowledgement", () -> link.queuedBytes() < whole);

    raw.stream(node.address()).hello(incarnation, DIAL_ID, false, after(messages, words, chunks));

    String reason = listener.awaitClosed();
    assertTrue(reason.contains("which cannot be"), reason);
    RawPeer.await("count", () -> node.counters().faults(FrameFault.BAD_ACKNOWLEDGEMENT) == 1);
    assertEquals(0, link.queuedBytes());
  }

  /** What no node says is not even looked up: the conversation waits on. */
  @ParameterizedTest(name = "{0} messages, {1} words in {2} chunks")
  @CsvSource({"-1, 0, 0", "0, -1, 1", "0, 5, 0", "0, 5, 6", "0, 5, -1"})
  void shouldRefuseAHelloThatNoNodeSays(long messages, int words, int chunks) {
    dial(raw.stream(node.address()), Resumption.NONE);
    Link link = listener.awaitOpened();

    raw.stream(node.address()).hello(incarnation, DIAL_ID, false, after(messages, words, chunks));

    RawPeer.await("refusal", () -> node.counters().faults(FrameFault.BAD_ACKNOWLEDGEMENT) == 1);
    assertTrue(link.isOpen());
    assertEquals(0, node.counters().suspended());
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 3, Long.MIN_VALUE, Long.MAX_VALUE})
  void shouldRefuseAnAcknowledgementThatCannotBe(long count) {
    RawStream stream = raw.stream(node.address());
    RawReply reply = dial(stream, Resumption.NONE);
    Link link = listener.awaitOpened();
    assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
    assertTrue(link.send(new LinkMessage.Credit(1, 2, 4)));
    raw.awaitSaid("messages", () -> reply.messages().size() == 2);

    stream.acknowledge(1).acknowledge(count);

    String reason = listener.awaitClosed();
    assertTrue(reason.contains("BAD_ACKNOWLEDGEMENT"), reason);
    assertEquals(1, node.counters().faults(FrameFault.BAD_ACKNOWLEDGEMENT));
  }

  /** Who takes everything and acknowledges nothing meets the bound; the link lives as it did. */
  @Test
  void shouldStopAtTheBoundWhenNothingIsAcknowledged() {
    RawStream stream = raw.stream(node.address());
    RawReply reply = dial(stream, Resumption.NONE);
    Link link = listener.awaitOpened();
    int sent = 0;
    while (link.send(tensor(1, sent))) {
      sent++;
    }
    int taken = sent;
    raw.awaitSaid("all that was taken", () -> reply.messages().size() == 4 * taken);

    assertTrue(link.queuedBytes() <= MAX_QUEUED_BYTES);
    assertFalse(link.send(tensor(1, sent)));
    assertTrue(link.isOpen());

    stream.acknowledge(1);
    RawPeer.await("room", () -> link.send(tensor(1, taken)));
    raw.awaitSaid("the last", () -> reply.messages().size() == 4 * (taken + 1));
    stream.acknowledge(taken + 1);
    RawPeer.await("empty box", () -> link.queuedBytes() == 0);
    assertTrue(link.isOpen());
  }

  /** The name, the incarnation and the address must all be right. */
  @ParameterizedTest
  @CsvSource({"true, true, false", "true, false, true", "false, true, true", "false, true, false"})
  void shouldNotGoOnWithSomebodyElse(
      boolean sameName, boolean sameIncarnation, boolean sameAddress) {
    RawStream stream = raw.stream(node.address());
    dial(stream, Resumption.NONE);
    Link link = listener.awaitOpened();
    assertTrue(link.send(tensor(1, 0)));
    RawPeer thief = raw;
    if (!sameAddress) {
      thief = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1);
      others.add(thief);
    }

    thief.stream(node.address())
        .hello(
            sameIncarnation ? incarnation : Nodes.hello(Role.PARTY, 1),
            DIAL_ID + 2,
            false,
            sameName ? after(0, 0, 0) : new Resumption(DIAL_ID + 2, 0, 0, 0));

    Link other = listener.awaitOpened();
    RawReply reply = thief.awaitStream();
    if (sameAddress) {
      // It is dialled from there: whoever was there before is gone.
      listener.awaitClosed();
      assertFalse(link.isOpen());
    } else {
      assertTrue(link.isOpen());
    }
    assertTrue(other.isOpen());
    assertEquals(0, node.counters().resumed());
    assertTrue(other.send(new LinkMessage.Credit(1, 2, 3)));
    thief.awaitSaid("message", () -> !reply.messages().isEmpty());
    assertEquals(CREDIT, RawReply.template(reply.messages().get(0)));
  }

  /** However long a lost peer may take to come back: one that was restarted has no memory. */
  @Test
  void shouldEndAtOnceWhenALostPeerIsBackAsAnotherLife() {
    RawStream stream = raw.stream(node.address());
    dial(stream, Resumption.NONE);
    Link link = listener.awaitOpened();
    stream.close();
    RawPeer.await("loss", () -> node.counters().suspended() == 1);
    assertTrue(link.isOpen());

    raw.stream(node.address())
        .hello(Nodes.hello(Role.PARTY, 1), DIAL_ID + 1, false, Resumption.NONE);

    assertEquals("party 1 was restarted", listener.awaitClosed());
    assertFalse(link.isOpen());
    listener.awaitOpened();
  }

  /** The same where this node dials. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldEndAtOnceWhenTheAnswerKnowsNothingOfIt(boolean restarted) {
    node.connect(own, "party 1");
    long dialId = raw.awaitStream().handshake().dialId();
    RawStream stream = raw.stream(node.address());
    stream.hello(incarnation, dialId, true, Resumption.NONE);
    Link link = listener.awaitOpened();
    assertTrue(link.send(tensor(1, 0)));
    stream.close();
    Resumption asked = awaitDial();
    assertEquals(dialId | 1, asked.conversation());

    raw.stream(node.address())
        .hello(
            restarted ? Nodes.hello(Role.PARTY, 1) : incarnation,
            lastDialId(),
            true,
            Resumption.NONE);

    assertEquals(
        restarted ? "party 1 was restarted" : "party 1 had closed the link",
        listener.awaitClosed());
    assertTrue(listener.awaitOpened().isOpen());
  }

  /** An answer that goes on with something else is refused, and the conversation waits on. */
  @Test
  void shouldRefuseAnAnswerOfAnotherConversation() {
    node.connect(own, "party 1");
    long dialId = raw.awaitStream().handshake().dialId();
    RawStream stream = raw.stream(node.address());
    stream.hello(incarnation, dialId, true, Resumption.NONE);
    Link link = listener.awaitOpened();
    assertTrue(link.send(new LinkMessage.Credit(1, 2, 3)));
    stream.close();
    Resumption asked = awaitDial();

    raw.stream(node.address())
        .hello(incarnation, lastDialId(), true, new Resumption(asked.conversation() + 2, 0, 0, 0));
    RawPeer.await("refusal", () -> node.counters().faults(FrameFault.BAD_VALUE) == 1);

    assertTrue(link.isOpen());
    awaitDial();
    raw.stream(node.address())
        .hello(incarnation, lastDialId(), true, new Resumption(asked.conversation(), 0, 0, 0));
    RawPeer.await("resumption", () -> node.counters().resumed() == 1);
    RawReply latest = raw.streams().get(raw.streams().size() - 1);
    raw.awaitSaid("credit", () -> latest.messages().size() == 1);
    assertFalse(listener.hasClosed());
  }

  /** A goodbye would end what the attempt wants to go on with; the next attempt goes on. */
  @Test
  void shouldSayNoGoodbyeWhenAnAttemptRunsOutOfTime() {
    node.connect(own, "party 1");
    long dialId = raw.awaitStream().handshake().dialId();
    RawStream stream = raw.stream(node.address());
    stream.hello(incarnation, dialId, true, Resumption.NONE);
    Link link = listener.awaitOpened();
    stream.close();

    RawReply unanswered = raw.awaitStream();
    long conversation = unanswered.handshake().resumption().conversation();
    assertEquals(conversation, awaitDial().conversation());

    assertFalse(unanswered.hasEnded());
    raw.stream(node.address())
        .hello(incarnation, lastDialId(), true, new Resumption(conversation, 0, 0, 0));
    RawPeer.await("resumption", () -> node.counters().resumed() == 1);
    assertTrue(link.isOpen());
    assertFalse(listener.hasClosed());
  }

  private Resumption awaitDial() {
    return raw.awaitStream().handshake().resumption();
  }

  private long lastDialId() {
    return raw.streams().get(raw.streams().size() - 1).handshake().dialId();
  }

  /** A peer's lost links, each with its memory, are as bounded as its open ones. */
  @Test
  void shouldKeepFewLostLinksOfOnePeer() {
    int most = MAX_LINKS / 4;
    for (int i = 0; i < most + 2; i++) {
      RawPeer peer = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), 1);
      others.add(peer);
      RawStream stream = peer.stream(node.address());
      stream.hello(incarnation, DIAL_ID + 2L * i, false, Resumption.NONE);
      peer.awaitStream();
      listener.awaitOpened();
      stream.close();
      int lost = i + 1;
      RawPeer.await("loss", () -> node.counters().suspended() == lost);
    }

    assertTrue(listener.awaitClosed().endsWith("too many links of party 1 were lost"));
    assertTrue(listener.awaitClosed().endsWith("too many links of party 1 were lost"));
    assertFalse(listener.hasClosed());
  }

  /** Whoever loses links on purpose pushes out none of another role; roles are what peers say. */
  @Test
  void shouldKeepAPartysLostLinkWhereClientsLoseTheirs() {
    RawStream party = raw.stream(node.address());
    dial(party, Resumption.NONE);
    Link link = listener.awaitOpened();
    party.close();
    RawPeer.await("loss", () -> node.counters().suspended() == 1);

    for (int i = 0; i < MAX_LINKS / 4 + 1; i++) {
      RawPeer peer = new RawPeer(driver, Nodes.freshAddress(Medium.IPC), -1);
      others.add(peer);
      RawStream stream = peer.stream(node.address());
      stream.hello(Nodes.hello(Role.CLIENT, -1), DIAL_ID + 2L * i, false, Resumption.NONE);
      peer.awaitStream();
      listener.awaitOpened();
      stream.close();
      int lost = i + 2;
      RawPeer.await("loss", () -> node.counters().suspended() == lost);
    }

    assertTrue(listener.awaitClosed().endsWith("too many links of client were lost"));
    assertFalse(listener.hasClosed());
    assertTrue(link.isOpen());
  }
}
