// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.ClientSettings;
import io.pascaline.actors.client.Retries;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.role.Hellos;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a client reports when a request has had no answer by its deadline. */
@Timeout(60)
class LostPartyTest {
  private static final long TIMEOUT_MS = 400;

  private final ActorTestKit kit = ActorTestKit.create();
  private final NetworkPlan plan = Fixtures.residual(61).plan();
  private final List<RecordingLink> links = List.of(link(0), link(1));
  private final TestProbe<Client.Reply> replies = kit.createTestProbe();
  private final AtomicLong nowNs = new AtomicLong();
  private ActorRef<Client.Command> client;

  private RecordingLink link(int party) {
    return new RecordingLink(
        Hellos.party(party, plan.digest(), new byte[LinkMessage.SHARING_ID_BYTES], 1));
  }

  @BeforeEach
  void connect() {
    client =
        kit.spawn(
            Client.create(
                new ClientSettings(
                    plan,
                    ClientSettings.Asked.BOTH_PARTIES,
                    TIMEOUT_MS,
                    new Retries(10, 1, 2),
                    nowNs::get,
                    new ClientCounters(),
                    fatal -> {})));
    links.forEach(link -> client.tell(new Client.OnLink(new LinkEvent.Opened(link))));
  }

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  private void infer() {
    client.tell(new Client.Infer(new int[plan.inputShape().elementCount()], 0, replies.ref()));
  }

  private void lose(int party) {
    client.tell(new Client.OnLink(new LinkEvent.Closed(links.get(party), "test")));
  }

  private void assertLost(int party) {
    Client.Failed failed = replies.expectMessageClass(Client.Failed.class);
    assertEquals(AbortReason.PEER_LOST, failed.reason());
    assertEquals(
        "party "
            + party
            + " is gone (test) and did not return within "
            + TIMEOUT_MS
            + " ms: try again later",
        failed.detail());
  }

  @Test
  void shouldNameThePartyThatARequestWasLostWith() {
    infer();
    lose(1);
    assertLost(1);
  }

  @Test
  void shouldNameThePartyThatWasGoneBeforeTheRequest() {
    lose(0);
    infer();
    assertLost(0);
  }

  @Test
  void shouldNotNameAPartyThatIsBack() {
    lose(1);
    client.tell(new Client.OnLink(new LinkEvent.Opened(link(1))));
    infer();
    Client.Failed failed = replies.expectMessageClass(Client.Failed.class);
    assertEquals(AbortReason.DEADLINE, failed.reason());
    assertEquals(
        "the parties gave no answer within 400 ms: is the dealer running?", failed.detail());
  }

  @Test
  void shouldNotNameAPartyThatWasLostAndIsBack() {
    infer();
    lose(1);
    client.tell(new Client.OnLink(new LinkEvent.Opened(link(1))));
    assertEquals(AbortReason.DEADLINE, replies.expectMessageClass(Client.Failed.class).reason());
  }

  /** At the deadline, a further attempt is in flight, and its outcome is unknown. */
  @ParameterizedTest
  @CsvSource({"399, SHUTTING_DOWN", "201, SHUTTING_DOWN", "190, DEADLINE"})
  void shouldSayWhatTookMostOfTheTime(long refusedAtMs, AbortReason expected) {
    infer();
    LinkMessage.InputShare share =
        (LinkMessage.InputShare)
            replies.awaitAssert(() -> links.get(0).sent().stream().findFirst().orElseThrow());
    nowNs.addAndGet(TimeUnit.MILLISECONDS.toNanos(refusedAtMs));
    client.tell(
        new Client.OnLink(
            new LinkEvent.Received(
                links.get(0),
                LinkMessage.RequestAbort.ofRequest(
                    share.request(), AbortReason.SHUTTING_DOWN, "it drains", 0))));

    assertEquals(expected, replies.expectMessageClass(Client.Failed.class).reason());
  }
}
