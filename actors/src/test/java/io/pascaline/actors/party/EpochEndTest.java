// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.Watermark;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.ManualTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a party does when the other one ends an epoch, on a clock that the test moves. */
class EpochEndTest extends PartyFixture {
  private final ManualTime time = ManualTime.get(kit.system());

  EpochEndTest() {
    super(ActorTestKit.create(ManualTime.config()));
  }

  private void peerEndsEpoch(long epoch, AbortReason reason) {
    tell(
        new LinkEvent.Received(
            peer,
            new LinkMessage.RequestAbort(
                epoch, LinkMessage.NO_SESSION, new RequestId(0, 0), reason, "test")));
  }

  /** Waits until the party has taken all that it was told. */
  private void awaitTaken() {
    long before = counters.ignoredMessages();
    tell(new LinkEvent.Received(dealer, new LinkMessage.Failure(FailureCode.NOT_READY, "ignored")));
    await("message", () -> counters.ignoredMessages() > before);
  }

  private void pass(long ms) {
    awaitTaken();
    time.timePasses(Duration.ofMillis(ms));
    awaitTaken();
  }

  private long epochsAskedFor() {
    return dealer.sent().stream().filter(LinkMessage.Failure.class::isInstance).count();
  }

  /**
   * The party that has ended the epoch asks the dealer. A second request would end the next epoch,
   * which it may take long to hear of.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void shouldLeaveTheRequestForTheNextEpochToThePartyThatEndedOne(int partyId) {
    spawnInEpoch(partyId, 7);
    peerEndsEpoch(7, AbortReason.INTERNAL);
    pass(1_900);
    assertEquals("idle", counters.epochState());
    assertEquals(0, epochsAskedFor());
    // The other party may be lost.
    pass(200);
    assertEquals(1, epochsAskedFor());
  }

  @Test
  void shouldAskSoonForTheNextEpochAfterItHasEndedOne() {
    spawnInEpoch(1, 7);
    open(7, 5, ID);
    pass(200);
    assertEquals("idle", counters.epochState());
    assertEquals(1, epochsAskedFor());
  }

  /** The peer may end sessions of an epoch late, while this party still writes it down. */
  @Test
  void shouldKeepWhatIsEarlyWhenAnAbortOfTheEpochBeingEnteredFollows() {
    Recording recording = new Recording();
    spawn(1, PartyLimits.defaults(), new RoleState(recording, AuditLog.off(), 64));
    tell(new LinkEvent.Opened(dealer));
    tell(new LinkEvent.Opened(peer));
    announce(7);
    await("entering", () -> counters.epochState().equals("entering"));
    open(8, 0, ID);
    abort(7, 0, OTHER_ID);
    announce(8);
    await("the next epoch", () -> recording.begun.size() == 2);
    recording.done();
    awaitRequests("awaiting_share", 1);
    assertEquals("running", counters.epochState());
  }

  /** Writes nothing until the test says so. */
  private static final class Recording implements Watermark {
    private final Queue<CompletableFuture<Void>> begun = new ConcurrentLinkedQueue<>();

    void done() {
      begun.forEach(each -> each.complete(null));
    }

    @Override
    public CompletionStage<Void> begin(long epoch, long endNumber) {
      CompletableFuture<Void> written = new CompletableFuture<>();
      begun.add(written);
      return written;
    }

    @Override
    public CompletionStage<Void> reserve(long epoch, long endNumber) {
      return new CompletableFuture<>();
    }

    @Override
    public void close() {}
  }

  /** A party that checks nothing takes part in no check: no fault can have been found in one. */
  @ParameterizedTest
  @CsvSource({"0, PEER_LOST", "8, DEALER_FAULT"})
  void shouldBelieveAFaultOfTheDealerOnlyIfItChecksTheDealer(int every, AbortReason told) {
    spawnInEpoch(1, 7, PartyLimits.defaults().toBuilder().dealerCheckEvery(every).build());
    share(ID);
    open(7, 0, ID);
    awaitRequests("running", 1);
    peerEndsEpoch(7, AbortReason.DEALER_FAULT);
    await("end", () -> !abortsOn(client).isEmpty());
    assertEquals(told, abortsOn(client).get(0).reason());
  }

  @ParameterizedTest
  @CsvSource({"0, PEER_LOST", "8, DEALER_FAULT"})
  void shouldBelieveItOfASessionOnlyIfItChecksTheDealer(int every, AbortReason told) {
    spawnInEpoch(1, 7, PartyLimits.defaults().toBuilder().dealerCheckEvery(every).build());
    share(ID);
    open(7, 0, ID);
    awaitRequests("running", 1);
    tell(
        new LinkEvent.Received(
            peer, new LinkMessage.RequestAbort(7, 0, ID, AbortReason.DEALER_FAULT, "test")));
    await("end", () -> !abortsOn(client).isEmpty());
    assertEquals(told, abortsOn(client).get(0).reason());
  }
}
