// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.pascaline.actors.layer.Layer;
import io.pascaline.actors.metrics.Latencies;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Ring;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** On a clock that the test moves. */
class SessionTest {
  private static final long TIMEOUT_MS = 500;
  private static final RequestId ID = new RequestId(1, 2);
  private static final Shape SHAPE = Shape.of(3);
  private static final int[] INPUT = {1, -2, 3};
  private static final int[] OUTPUT = {4, 5, -6};

  private final ActorTestKit kit = ActorTestKit.create(ManualTime.config());
  private final ManualTime time = ManualTime.get(kit.system());
  private final TestProbe<Party.Command> party = kit.createTestProbe();
  private final TestProbe<Layer.Command> layer = kit.createTestProbe();
  private final RecordingLink client = new RecordingLink();
  private final PartyCounters counters = new PartyCounters();
  private final ActorRef<Session.Command> session =
      kit.spawn(
          Session.create(
              new Session.Common(
                  Ring.WORDS, Session.Answer.SHARE, party.getRef(), counters, () -> 0),
              new Session.Task(ID, client, List.of(share(INPUT)), TIMEOUT_MS)));

  private static Share share(int[] words) {
    return Ring.WORDS.share(SHAPE, words.clone());
  }

  @AfterEach
  void close() {
    kit.shutdownTestKit();
  }

  private Layer.Input start(long number) {
    session.tell(
        new Session.Start(number, List.of(new Layer.Destination(layer.getRef(), 1, false))));
    return layer.expectMessageClass(Layer.Input.class);
  }

  private void assertEndsAs(AbortReason reasonOrNull) {
    assertEquals(
        new Party.SessionEnded(session, reasonOrNull),
        party.expectMessageClass(Party.SessionEnded.class));
    party.expectTerminated(session);
    assertEquals(1, client.sent().size());
    if (reasonOrNull != null) {
      LinkMessage.RequestAbort abort =
          assertInstanceOf(LinkMessage.RequestAbort.class, client.sent().get(0));
      assertEquals(reasonOrNull, abort.reason());
      assertEquals(ID, abort.request());
      assertEquals(LinkMessage.NO_SESSION, abort.number());
    }
  }

  @Test
  void shouldAnswerWithWhatTheLastLayerTellsIt() {
    Layer.Input input = start(7);
    assertEquals(7, input.sessionNumber());
    assertEquals(1, input.port());
    assertArrayEquals(INPUT, Ring.WORDS.words(input.shares().get(0)));

    input.replyTo().tell(new Layer.Output(7, List.of(share(OUTPUT))));
    assertEndsAs(null);
    LinkMessage.OutputShare output =
        assertInstanceOf(LinkMessage.OutputShare.class, client.sent().get(0));
    assertArrayEquals(OUTPUT, output.words());
    assertEquals(1, counters.inferences());
  }

  @Test
  void shouldEndAtItsDeadlineWithoutANumber() {
    time.timePasses(Duration.ofMillis(TIMEOUT_MS - 1));
    party.expectNoMessage(Duration.ZERO);
    time.timePasses(Duration.ofMillis(1));
    assertEndsAs(AbortReason.DEADLINE);
  }

  @Test
  void shouldEndAtItsDeadlineInTheLayers() {
    start(0);
    time.timePasses(Duration.ofMillis(TIMEOUT_MS));
    assertEndsAs(AbortReason.DEADLINE);
  }

  @Test
  void shouldEndWithTheReasonThatItIsTold() {
    session.tell(new Session.Abort(AbortReason.PEER_LOST, "gone"));
    assertEndsAs(AbortReason.PEER_LOST);
  }

  /** An embedding program's fault is no inference's. */
  @Test
  void shouldAnswerDespiteAListenerThatThrows() {
    counters
        .latencies()
        .listen(
            new Latencies() {
              @Override
              public void phase(Phase phase, long durationNs) {
                throw new IllegalStateException("test");
              }

              @Override
              public void layer(int id, long durationNs) {
                throw new IllegalStateException("test");
              }
            });
    start(0).replyTo().tell(new Layer.Output(0, List.of(share(OUTPUT))));
    assertEndsAs(null);
  }
}
