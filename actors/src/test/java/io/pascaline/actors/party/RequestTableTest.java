// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.RequestState.Stage;
import io.pascaline.actors.party.RequestTable.Request;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestTableTest {
  private static final long TIMEOUT_MS = 100;
  private static final long EPOCH = 9;
  private static final int OPERATIONS = 20_000;
  private static final List<ClientKey> OWNERS =
      List.of(new ClientKey("a", 0), new ClientKey("b", 0), new ClientKey(null, 3));

  private long nowNs = 7;

  private static RequestId id(long number) {
    return new RequestId(number, number);
  }

  private static RequestTable.Arrival arrival(ClientKey owner) {
    return arrival(owner, 1);
  }

  private static RequestTable.Arrival arrival(ClientKey owner, long timeoutMs) {
    return new RequestTable.Arrival(
        TestInbox.<Session.Command>create().getRef(), null, owner, timeoutMs);
  }

  private RequestTable table(int partyId) {
    RequestTable table = new RequestTable(partyId == 0, TIMEOUT_MS, () -> nowNs);
    table.beginEpoch(EPOCH);
    return table;
  }

  private void after(long ms) {
    nowNs += TimeUnit.MILLISECONDS.toNanos(ms);
  }

  @Test
  void shouldQueueByDeadlineAndThenByArrival() {
    RequestTable table = table(0);
    List<Long> timeoutsMs = List.of(900L, 300L, 600L, 300L);
    List<Request> requests = new ArrayList<>();
    for (int i = 0; i < timeoutsMs.size(); i++) {
      requests.add(table.shareArrived(id(i), 1 + i, arrival(OWNERS.get(0), timeoutsMs.get(i))));
    }
    assertEquals(
        List.of(requests.get(1), requests.get(3), requests.get(2), requests.get(0)),
        table.queued());
    assertEquals(1 + 2 + 3 + 4, table.imagesWithShare());
  }

  @Test
  void shouldFindARequestByEachOfItsNumbers() {
    RequestTable table = table(1);
    table.beginEpoch(EPOCH);
    Request batch = table.shareArrived(id(1), 3, arrival(OWNERS.get(0), 900));
    assertNull(table.numberGiven(id(1), table.takeNumbers(2), 2), "of another number of images");
    assertSame(batch, table.numberGiven(id(1), table.takeNumbers(3), 3));
    assertEquals(5, table.nextNumber());
    for (long number = 0; number < 5; number++) {
      assertSame(number < 2 ? null : batch, table.byNumber(number), "number " + number);
    }
    assertEquals(3, table.imagesInFlight());
    table.apply(batch, RequestState::stopped);
    table.apply(batch, RequestState::sessionEnded);
    assertEquals(0, table.imagesInFlight());
    assertNull(table.byNumber(3));
  }

  @Test
  void shouldTakeOneShareAndOneNumberOfAnId() {
    RequestTable table = table(1);
    Request request = table.shareArrived(id(1), 1, arrival(OWNERS.get(0)));
    assertNull(table.shareArrived(id(1), 1, arrival(OWNERS.get(1))));
    assertSame(request, table.numberGiven(id(1), table.takeNumbers(1), 1));
    assertNull(table.numberGiven(id(1), table.takeNumbers(1), 1));
    assertSame(request, table.byNumber(0));
    assertNull(table.byNumber(1));

    Request announced = table.numberGiven(id(2), table.takeNumbers(1), 1);
    assertNull(table.numberGiven(id(2), table.takeNumbers(1), 1));
    assertSame(announced, table.shareArrived(id(2), 1, arrival(OWNERS.get(0))));
    assertSame(announced, table.byNumber(2));
    assertNull(table.byNumber(3));
  }

  /**
   * Until its session actor has ended, an id that a client repeats gets no second share or number.
   */
  @Test
  void shouldGiveNoSecondNumberToARequestThatIsEnding() {
    RequestTable table = table(1);
    Request request = table.shareArrived(id(1), 1, arrival(OWNERS.get(0)));
    table.apply(request, RequestState::stopped);
    assertNull(table.shareArrived(id(1), 1, arrival(OWNERS.get(0))));
    assertSame(
        request, table.numberGiven(id(1), table.takeNumbers(1), 1), "it ends with the request");
    assertNull(table.numberGiven(id(1), table.takeNumbers(1), 1));
    assertEquals(Stage.ENDING, request.stage());
    assertSame(request, table.byNumber(0));
    table.apply(request, RequestState::sessionEnded);
    assertNull(table.byNumber(0));
    assertNotNull(table.numberGiven(id(1), table.takeNumbers(1), 1));
  }

  @Test
  void shouldRememberABoundedNumberOfIdsAtParty0() {
    RequestTable table = table(0);
    for (int i = 0; i <= RequestTable.MAX_REMEMBERED_IDS; i++) {
      Request request = table.shareArrived(id(i), 1, arrival(OWNERS.get(0)));
      table.numberGiven(id(i), table.takeNumbers(1), 1);
      table.apply(request, RequestState::sessionEnded);
    }
    assertFalse(table.wasNumbered(id(0)));
    assertTrue(table.wasNumbered(id(1)));
    assertTrue(table.wasNumbered(id(RequestTable.MAX_REMEMBERED_IDS)));
    table.endEpoch();
    table.beginEpoch(EPOCH + 1);
    assertFalse(table.wasNumbered(id(1)));
  }

  /** A party that begins to drain between two epochs awaits no number of the next one. */
  @Test
  void shouldHaveGivenNoNumberBetweenTwoEpochs() {
    RequestTable table = table(1);
    table.numberGiven(id(1), table.takeNumbers(1), 1);
    assertTrue(table.isGiven(0));
    table.endEpoch();
    assertEquals(0, table.nextNumber());
    assertFalse(table.isGiven(0));
  }

  @Test
  void shouldNameWhatHasWaitedLongEnoughAndAgainAfterAsLong() {
    RequestTable table = table(1);
    Request first = table.shareArrived(id(1), 1, arrival(OWNERS.get(0)));
    after(60);
    Request second = table.numberGiven(id(2), table.takeNumbers(1), 1);
    Request third = table.shareArrived(id(3), 1, arrival(OWNERS.get(0)));
    after(40);
    assertEquals(List.of(first), table.takeOverdue());
    assertEquals(List.of(), table.takeOverdue());
    table.numberGiven(id(3), table.takeNumbers(1), 1);
    assertEquals(Duration.ofMillis(60), table.untilOverdueOrNull());
    after(60);
    assertEquals(List.of(second), table.takeOverdue());
    after(40);
    assertEquals(List.of(first), table.takeOverdue());
    assertEquals(Stage.AWAITING_RESERVATION, third.stage());
  }

  /** Party 1 asks for what it has the other share of, which tells party 0 that it is whole. */
  @Test
  void shouldWaitTwiceAsLongForAQuestionAtParty0() {
    RequestTable table = table(0);
    Request half = table.shareArrived(id(1), 1, arrival(OWNERS.get(0)));
    Request whole = table.shareArrived(id(2), 1, arrival(OWNERS.get(0)));
    Request numbered = table.shareArrived(id(3), 1, arrival(OWNERS.get(0)));
    table.numberGiven(id(3), table.takeNumbers(1), 1);
    assertTrue(table.askedFor(id(2)));
    assertFalse(table.askedFor(id(4)));
    after(2 * TIMEOUT_MS - 1);
    assertEquals(List.of(), table.takeOverdue());
    after(1);
    assertEquals(List.of(half, whole), table.takeOverdue());
    assertFalse(half.isAskedFor());
    assertTrue(whole.isAskedFor());
    assertEquals(Stage.AWAITING_RESERVATION, numbered.stage());

    after(TIMEOUT_MS);
    table.peerFound();
    assertEquals(Duration.ofMillis(2 * TIMEOUT_MS), table.untilOverdueOrNull());
    assertFalse(whole.isAskedFor(), "another party 1 may not have it");
  }

  /** What a request is found by, told by looking at every request. */
  private final class Model {
    private final RequestTable table;
    private final boolean isParty1;
    private final List<Request> live = new ArrayList<>();
    private final Map<Request, RequestState> states = new HashMap<>();
    private final Map<Request, Long> queuedAt = new HashMap<>();
    private final Map<Request, Long> sinceNs = new HashMap<>();
    private long epoch = EPOCH;
    private long steps;

    Model(int partyId) {
      table = table(partyId);
      isParty1 = partyId == 1;
    }

    void changed(Request request, RequestState state) {
      RequestState before = states.put(request, state);
      if (state.equals(before)) {
        return;
      }
      if (before == null) {
        live.add(request);
      }
      sinceNs.put(request, nowNs);
      queuedAt.put(request, steps++);
      if (state instanceof RequestState.Over) {
        live.remove(request);
        states.remove(request);
      }
    }

    void apply(Request request, UnaryOperator<RequestState> event) {
      RequestState expected = event.apply(states.get(request));
      boolean isChange = !expected.equals(states.get(request));
      assertEquals(isChange, table.apply(request, event));
      changed(request, expected);
    }

    boolean hasShare(Request request) {
      return states.get(request).stage() != Stage.AWAITING_SHARE;
    }

    boolean isNumbered(Request request) {
      SessionId session = states.get(request).sessionOrNull();
      return session != null && session.epoch() == epoch;
    }

    void check(String when) {
      assertEquals(live, table.all(), when);
      for (Request request : live) {
        assertEquals(states.get(request), request.state(), when);
        assertSame(request, table.byId(request.id()), when);
        if (hasShare(request)) {
          assertSame(request, table.bySession(request.session()), when);
        }
      }
      for (long number = 0; number < table.nextNumber(); number++) {
        long wanted = number;
        Request holder =
            live.stream()
                .filter(this::isNumbered)
                .filter(each -> states.get(each).sessionOrNull().number() == wanted)
                .findAny()
                .orElse(null);
        assertSame(holder, table.byNumber(number), when);
      }
      for (Stage stage : Stage.values()) {
        assertEquals(
            live.stream().filter(each -> states.get(each).stage() == stage).count(),
            table.count(stage),
            when);
      }
      assertEquals(live.stream().filter(this::hasShare).count(), table.imagesWithShare(), when);
      assertEquals(
          live.stream().filter(each -> hasShare(each) && isNumbered(each)).count(),
          table.imagesInFlight(),
          when);
      assertEquals(in(Stage.QUEUED), table.queued(), when);
      assertEquals(in(Stage.AWAITING_RESERVATION), table.awaitingReservation(), when);
      for (ClientKey owner : OWNERS) {
        assertEquals(
            live.stream()
                .filter(
                    each ->
                        states.get(each) instanceof RequestState.Running running
                            && !running.isConfirmed()
                            && each.owner().equals(owner))
                .count(),
            table.unconfirmedCount(owner),
            when);
      }
      assertEquals(untilOverdueOrNull(), table.untilOverdueOrNull(), when);
    }

    private List<Request> in(Stage stage) {
      return live.stream()
          .filter(each -> states.get(each).stage() == stage)
          .sorted(Comparator.comparing(queuedAt::get))
          .toList();
    }

    private Duration untilOverdueOrNull() {
      long timeoutNs = TimeUnit.MILLISECONDS.toNanos((isParty1 ? 1 : 2) * TIMEOUT_MS);
      return live.stream()
          .filter(each -> isIncomplete(states.get(each).stage()))
          .map(sinceNs::get)
          .min(Comparator.naturalOrder())
          .map(since -> Duration.ofNanos(Math.max(1, timeoutNs - (nowNs - since))))
          .orElse(null);
    }
  }

  private static boolean isIncomplete(Stage stage) {
    return stage == Stage.QUEUED || stage == Stage.AWAITING_SHARE;
  }

  /** In whatever order shares, numbers and ends come, every index says the same. */
  @ParameterizedTest(name = "party {0}, seed {1}")
  @CsvSource({"0, 1", "0, 2", "1, 1", "1, 2", "1, 3"})
  void shouldKeepItsIndicesInAgreement(int partyId, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Model model = new Model(partyId);
    RequestTable table = model.table;
    for (int i = 0; i < OPERATIONS; i++) {
      String when = "seed " + seed + ", operation " + i;
      int operation = random.nextInt(100);
      RequestId id = id(random.nextInt(12));
      Request known = table.byId(id);
      nowNs += random.nextInt(2_000_000);
      if (operation < 30) {
        RequestTable.Arrival arrival = arrival(OWNERS.get(random.nextInt(OWNERS.size())));
        Request request = table.shareArrived(id, 1, arrival);
        if (known != null && model.hasShare(known)) {
          assertNull(request, when);
        } else {
          RequestState next =
              known == null ? new RequestState.Queued() : model.states.get(known).shareArrived();
          model.changed(request, next);
        }
      } else if (operation < 55) {
        if (partyId == 0 && known == null) {
          continue; // Party 0 numbers what it has.
        }
        SessionId session = table.takeNumbers(1);
        Request request = table.numberGiven(id, session, 1);
        if (known == null) {
          model.changed(request, new RequestState.AwaitingShare(session));
        } else if (model.states.get(known).sessionOrNull() == null) {
          assertSame(known, request, when);
          model.changed(request, model.states.get(known).numberGiven(session));
        } else {
          assertNull(request, when);
        }
      } else if (operation < 98) {
        event(model, random);
      } else if (operation == 98) {
        List<Request> overdue = table.takeOverdue();
        overdue.forEach(each -> model.sinceNs.put(each, nowNs));
      } else {
        endEpoch(model, when);
      }
      model.check(when);
    }
  }

  private static void event(Model model, SplittableRandom random) {
    if (model.live.isEmpty()) {
      return;
    }
    Request request = model.live.get(random.nextInt(model.live.size()));
    SessionId named = random.nextBoolean() ? request.sessionOrNull() : null;
    List<UnaryOperator<RequestState>> events =
        List.of(
            RequestState::reserved,
            RequestState::peerOpened,
            RequestState::stopped,
            state -> state.abortedByPeer(named),
            RequestState::sessionEnded,
            RequestState::sessionEnded);
    model.apply(request, events.get(random.nextInt(events.size())));
  }

  private static void endEpoch(Model model, String when) {
    List<Request> expected = new ArrayList<>();
    for (Request request : List.copyOf(model.live)) {
      RequestState before = model.states.get(request);
      if (model.isNumbered(request)) {
        RequestState next = before.epochEnded();
        if (next.stage() == Stage.ENDING && !next.equals(before)) {
          expected.add(request);
        }
        model.changed(request, next);
      }
    }
    List<Request> ending = model.table.endEpoch();
    assertEquals(expected.size(), ending.size(), when);
    assertTrue(ending.containsAll(expected), when);
    model.epoch++;
    model.table.beginEpoch(model.epoch);
  }

  /** A session actor ends once; what is found by it is gone then. */
  @Test
  void shouldForgetASessionActorThatHasEnded() {
    RequestTable table = table(0);
    RequestTable.Arrival arrival = arrival(OWNERS.get(0));
    ActorRef<Session.Command> session = arrival.session();
    Request request = table.shareArrived(id(1), 1, arrival);
    assertSame(request, table.bySession(session));
    table.apply(request, RequestState::sessionEnded);
    assertNull(table.bySession(session));
    assertNull(table.byId(id(1)));
    assertEquals(0, table.imagesWithShare());
  }
}
