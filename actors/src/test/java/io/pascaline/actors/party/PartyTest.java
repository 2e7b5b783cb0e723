// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.Test;

/** One party alone, whose dealer, peer and client say what the test says. */
class PartyTest extends PartyFixture {
  PartyTest() {
    super(ActorTestKit.create());
  }

  /** Which number it is does not matter to the request that has one already. */
  @Test
  void shouldEndASecondNumberOfARequestAtOnce() {
    spawnInEpoch(1, 7);
    share(ID);
    open(7, 0, ID);
    open(7, 1, ID);
    await("abort", () -> !abortsOn(peer).isEmpty());
    LinkMessage.RequestAbort abort = abortsOn(peer).get(0);
    assertEquals(List.of(7L, 1L), List.of(abort.epoch(), abort.number()));
    assertEquals(AbortReason.PROTOCOL_VIOLATION, abort.reason());
    awaitRequests("running", 1);
    assertEquals(List.of(), abortsOn(client));

    // The number that was void stands for nobody.
    abort(7, 1, ID);
    open(7, 2, OTHER_ID);
    awaitRequests("awaiting_share", 1);
    assertEquals(1, counters.requests("running"));
  }

  /** Both parties take one image in a session here; the wire would carry more. */
  @Test
  void shouldEndASessionOfMoreImagesThanBothPartiesTake() {
    spawnInEpoch(1, 7);
    tell(new LinkEvent.Received(peer, new LinkMessage.SessionOpen(7, 0, 2, ID, ASKED_MS)));
    await("abort", () -> !abortsOn(peer).isEmpty());
    assertEquals(0, abortsOn(peer).get(0).number());
    assertEquals(AbortReason.PROTOCOL_VIOLATION, abortsOn(peer).get(0).reason());
    assertEquals(0, counters.requests("awaiting_share"));
    open(7, 2, OTHER_ID);
    awaitRequests("awaiting_share", 1);
    share(OTHER_ID);
    awaitRequests("running", 1);
  }

  @Test
  void shouldEndASecondNumberOfARequestWhoseShareHasNotCome() {
    spawnInEpoch(1, 7);
    open(7, 0, ID);
    open(7, 1, ID);
    await("abort", () -> !abortsOn(peer).isEmpty());
    assertEquals(1, abortsOn(peer).get(0).number());
    awaitRequests("awaiting_share", 1);
    share(ID);
    awaitRequests("running", 1);
  }

  /** By number, of the epoch that is running, whatever id the peer names. */
  @Test
  void shouldEndASessionByTheNumberThatThePeerNames() {
    spawnInEpoch(1, 7);
    share(ID);
    share(OTHER_ID);
    open(7, 0, ID);
    open(7, 1, OTHER_ID);
    awaitRequests("running", 2);
    abort(8, 0, ID);
    abort(6, 0, ID);
    abort(7, 5, ID);
    abort(7, -7, ID);
    abort(7, 1, ID);
    await("end", () -> !abortsOn(client).isEmpty());
    awaitRequests("ending", 0);
    awaitRequests("running", 1);
    assertEquals(OTHER_ID, abortsOn(client).get(0).request());
    assertEquals(List.of(), abortsOn(peer));
  }

  /** A repeated id would cost a number that party 1 cannot use. */
  @Test
  void shouldRefuseAnIdThatParty0HasNumbered() {
    spawnInEpoch(0, 7);
    share(ID);
    awaitRequests("running", 1);
    tell(
        new LinkEvent.Received(
            client, LinkMessage.RequestAbort.ofRequest(ID, AbortReason.CANCELLED, "cancelled", 0)));
    await("end", () -> abortsOn(peer).size() == 1);
    share(ID);
    await("refusal", () -> abortsOn(client).size() == 2);
    assertEquals(AbortReason.PROTOCOL_VIOLATION, abortsOn(client).get(1).reason());
    share(OTHER_ID);
    awaitRequests("running", 1);
    long numbered = peer.sent().stream().filter(LinkMessage.SessionOpen.class::isInstance).count();
    assertEquals(2, numbered);
  }

  /** As it says itself, by its gauge. */
  @Test
  void shouldGoThroughTheStatesOfAnEpoch() {
    spawn(1);
    tell(new LinkEvent.Opened(dealer));
    announce(7);
    await("announced", () -> counters.epochState().equals("announced"));
    tell(new LinkEvent.Opened(peer));
    await("running", () -> counters.epochState().equals("running"));
    tell(new LinkEvent.Closed(dealer, "test"));
    share(ID);
    awaitRequests("queued", 1);
    assertEquals("running", counters.epochState());
    tell(new LinkEvent.Closed(peer, "test"));
    await("idle", () -> counters.epochState().equals("idle"));
    assertEquals(1, counters.requests("queued"));
    tell(new LinkEvent.Opened(dealer));
    tell(new LinkEvent.Opened(peer));
    announce(8);
    await("running again", () -> counters.epochs() == 2);
    assertEquals("running", counters.epochState());
    open(8, 0, ID);
    awaitRequests("running", 1);
  }

  /** A peer that left an epoch may end its sessions after it has begun the next epoch. */
  @Test
  void shouldKeepWhatIsEarlyWhenAnAbortOfAnotherEpochFollows() {
    spawn(1);
    tell(new LinkEvent.Opened(dealer));
    tell(new LinkEvent.Opened(peer));
    open(8, 0, ID);
    abort(7, 0, OTHER_ID);
    open(8, 1, OTHER_ID);
    abort(8, 1, OTHER_ID);
    announce(8);
    await("the epoch", () -> counters.epochState().equals("running"));
    awaitRequests("awaiting_share", 1);
    tell(new LinkEvent.Opened(client));
    share(ID);
    awaitRequests("running", 1);
  }

  /** An epoch whose first messages are lost would wait for them for ever. */
  @Test
  void shouldAskForAnotherEpochWhenEarlyMessagesWereDisplaced() {
    spawn(1);
    tell(new LinkEvent.Opened(dealer));
    tell(new LinkEvent.Opened(peer));
    open(8, 0, ID);
    open(7, 0, OTHER_ID);
    announce(8);
    await(
        "question",
        () ->
            dealer.sent().stream()
                .anyMatch(
                    message ->
                        message instanceof LinkMessage.Failure failure
                            && failure.code() == FailureCode.NOT_READY));
  }

  private static LinkMessage opening(long epoch, long number, int layer) {
    return new LinkMessage.MaskedTensor(epoch, number, layer, 0, new int[1]);
  }

  /** No layer takes it, but it is one's to say so. */
  private static LinkMessage correction(long epoch) {
    return new LinkMessage.Correction(epoch, PartyEpoch.SESSIONS_AHEAD, 0, new int[1]);
  }

  /** Lets a message arrive as a link's thread does; returns whether it went past the mailbox. */
  private boolean arrive(Link link, LinkMessage message) {
    boolean isDirect = routes.deliver(link, message);
    if (!isDirect) {
      tell(new LinkEvent.Received(link, message));
    }
    return isDirect;
  }

  /** Returns whether a message would go past the mailbox; if not, it has not arrived. */
  private boolean isDirect(Link link, LinkMessage message) {
    boolean isDirect = routes.deliver(link, message);
    if (!isDirect) {
      routes.taken(link, message);
    }
    return isDirect;
  }

  private void awaitRoute() {
    await("the route", () -> isDirect(dealer, correction(7)));
  }

  @Test
  void shouldTakeTensorsOfTheRunningEpochPastTheMailbox() {
    spawn(1);
    assertFalse(arrive(peer, opening(7, 0, 0)), "before the links are there");
    spawnInEpoch(1, 7);
    awaitRoute();
    assertTrue(arrive(peer, opening(7, 0, 0)));
    assertTrue(arrive(peer, opening(7, LinkMessage.NO_SESSION, 0)));
  }

  @Test
  void shouldLeaveEveryOtherMessageToTheParty() {
    spawnInEpoch(1, 7);
    int layerCount = network.plan().layers().size();
    Map<String, Supplier<Boolean>> others =
        Map.of(
            "another epoch", () -> arrive(peer, opening(8, 0, 0)),
            "no layer", () -> arrive(peer, opening(7, 0, layerCount)),
            "a negative layer", () -> arrive(peer, opening(7, 0, -1)),
            "a link of a peer that is not the peer's",
                () -> arrive(new RecordingLink(hellos[0]), opening(7, 0, 0)),
            "an opening by the dealer", () -> arrive(dealer, opening(7, 0, 0)),
            "a correction by the peer", () -> arrive(peer, correction(7)),
            "a correction by another dealer",
                () -> arrive(new RecordingLink(Hellos.dealer(digest)), correction(7)),
            "an opening by a client", () -> arrive(client, opening(7, 0, 0)));
    others.forEach(
        (what, arrival) -> {
          awaitRoute();
          assertFalse(arrival.get(), what);
        });
  }

  @Test
  void shouldCloseTheRouteWithTheLinks() {
    spawnInEpoch(1, 7);
    awaitRoute();
    tell(new LinkEvent.Closed(dealer, "test"));
    await("no route of corrections", () -> !isDirect(dealer, correction(7)));
    await("a route of openings", () -> isDirect(peer, opening(7, 0, 0)));
    tell(new LinkEvent.Closed(peer, "test"));
    await("no route", () -> !isDirect(peer, opening(7, 0, 0)));
  }

  /** The mailbox still holds a message: nothing may overtake it. */
  @Test
  void shouldKeepTheOrderOfTensors() {
    spawnInEpoch(1, 7);
    awaitRoute();
    LinkMessage first = opening(8, 0, 0);
    LinkMessage second = opening(7, 0, 0);
    assertFalse(routes.deliver(peer, first));
    assertFalse(routes.deliver(peer, second));
    tell(new LinkEvent.Received(peer, first));
    tell(new LinkEvent.Received(peer, second));
    await("the route again", () -> isDirect(peer, opening(7, 1, 0)));
  }

  /** A client has one unconfirmed session at most here: its second one waits for that. */
  @Test
  void shouldConfirmASessionByAnOpeningThatPassesTheMailbox() {
    spawnInEpoch(0, 7);
    awaitRoute();
    share(ID);
    share(OTHER_ID);
    await("first number", () -> sentNumbers() == 1);
    awaitRequests("queued", 1);
    assertTrue(arrive(peer, opening(7, 0, 0)));
    await("second number", () -> sentNumbers() == 2);
  }

  private long sentNumbers() {
    return peer.sent().stream().filter(LinkMessage.SessionOpen.class::isInstance).count();
  }
}
