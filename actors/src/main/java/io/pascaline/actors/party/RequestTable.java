// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.party.RequestState.Stage;
import io.pascaline.protocols.SessionId;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.RequestId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The requests of a party and all that is counted of them: by the client's id, by number, by
 * session actor and by client. A request has a number for each of its images, and all of them find
 * it. {@link RequestState} says which state follows which; this says where a request in a state is
 * found. Owned by the party's actor; not thread-safe.
 *
 * <p>A client chooses ids and may repeat them. So there is one request of an id at a time, a second
 * share or number of it is void, and what a session holds is found by its number or its actor.
 */
final class RequestTable {
  /** Numbers that a party takes of its peer before their shares come or they are reserved. */
  static final int MAX_NUMBERED_AHEAD = 4096;

  /**
   * Ids that the party which gives numbers remembers of those that it has numbered in the epoch. A
   * repeated id wastes a number, since the other party has ended it or takes no second number for
   * it; refusing it saves correlations. Nothing else rests on that, so that it does no harm to
   * forget the oldest.
   */
  static final int MAX_REMEMBERED_IDS = 16_384;

  private final boolean givesNumbers;
  private final long shareTimeoutNs;
  private final LongSupplier nanoClock;
  private final Map<RequestId, Request> byId = new LinkedHashMap<>();
  private final Map<ActorRef<Session.Command>, Request> bySession = new HashMap<>();
  private final Map<Long, Request> byNumber = new HashMap<>();
  private final NavigableSet<Request> queued =
      new TreeSet<>(
          (a, b) ->
              a.deadlineNs != b.deadlineNs
                  ? Long.signum(a.deadlineNs - b.deadlineNs)
                  : Long.compare(a.sequence, b.sequence));
  private final Set<Request> awaitingReservation = new LinkedHashSet<>();
  private final Map<ClientKey, Integer> unconfirmed = new HashMap<>();
  private final Map<Request, Long> incompleteSinceNs = new LinkedHashMap<>();
  private final int[] counts = new int[Stage.values().length];
  private final int[] imageCounts = new int[Stage.values().length];
  private final Set<RequestId> numberedIds = new LinkedHashSet<>();
  private OptionalLong epoch = OptionalLong.empty();
  private long nextNumber;
  private long nextSequence;

  /** What came with a client's share. */
  record Arrival(ActorRef<Session.Command> session, Link client, ClientKey owner, long timeoutMs) {}

  /** One request. Changed by its table alone. */
  static final class Request {
    private final RequestId id;
    private final int imageCount;
    private final long sequence;
    private Arrival arrival;
    private long deadlineNs;
    private boolean askedFor;
    private RequestState state;

    private Request(RequestId id, int imageCount, long sequence, RequestState state) {
      this.id = id;
      this.imageCount = imageCount;
      this.sequence = sequence;
      this.state = state;
    }

    private void arrived(Arrival share, long nowNs) {
      arrival = share;
      deadlineNs = nowNs + TimeUnit.MILLISECONDS.toNanos(share.timeoutMs());
    }

    RequestId id() {
      return id;
    }

    /** Returns how many images it is for, and so how many numbers it has once it has any. */
    int imageCount() {
      return imageCount;
    }

    /** Returns the first number after its own, which it must have. */
    long numberEnd() {
      return sessionOrNull().number() + imageCount;
    }

    RequestState state() {
      return state;
    }

    Stage stage() {
      return state.stage();
    }

    SessionId sessionOrNull() {
      return state.sessionOrNull();
    }

    ActorRef<Session.Command> session() {
      return arrival.session();
    }

    Link client() {
      return arrival.client();
    }

    ClientKey owner() {
      return arrival.owner();
    }

    long timeoutMs() {
      return arrival.timeoutMs();
    }

    /** Returns whether party 1 has said that it has the other share; known at party 0 alone. */
    boolean isAskedFor() {
      return askedFor;
    }

    @Override
    public String toString() {
      return "Request[" + id + ", " + state + "]";
    }
  }

  /**
   * Makes an empty table.
   *
   * @param givesNumbers whether the party does, as party 0
   * @param shareTimeoutMs how long the other one waits for what a request lacks, share or number,
   *     before it asks. The party that gives numbers waits twice as long to be asked: until then
   *     the other one may have got its share as late as that
   * @param nanoClock nanoseconds
   */
  RequestTable(boolean givesNumbers, long shareTimeoutMs, LongSupplier nanoClock) {
    this.givesNumbers = givesNumbers;
    shareTimeoutNs =
        TimeUnit.MILLISECONDS.toNanos(givesNumbers ? 2 * shareTimeoutMs : shareTimeoutMs);
    this.nanoClock = nanoClock;
  }

  /** Begins an epoch: numbers count from 0. */
  void beginEpoch(long epochId) {
    epoch = OptionalLong.of(epochId);
    numberedIds.clear();
  }

  /** Ends the epoch: numbers mean nothing any more. Returns the requests that end with it. */
  List<Request> endEpoch() {
    List<Request> ending = new ArrayList<>();
    for (Request request : Set.copyOf(byNumber.values())) {
      if (apply(request, RequestState::epochEnded) && request.stage() == Stage.ENDING) {
        ending.add(request);
      }
    }
    byNumber.clear();
    epoch = OptionalLong.empty();
    nextNumber = 0;
    return ending;
  }

  /** Returns the number that is given next. */
  long nextNumber() {
    return nextNumber;
  }

  /** Returns whether a number was given in this epoch. */
  boolean isGiven(long number) {
    return number >= 0 && number < nextNumber;
  }

  /** Takes the next numbers of the epoch, one for each image, and returns the first. */
  SessionId takeNumbers(int imageCount) {
    SessionId first = new SessionId(epoch.getAsLong(), nextNumber);
    nextNumber += imageCount;
    return first;
  }

  /**
   * Takes in a client's share.
   *
   * @param imageCount images that it is of; as many as the request's numbers, if it has any
   * @return its request; null, and nothing has changed, if the id has a share already
   */
  Request shareArrived(RequestId id, int imageCount, Arrival arrival) {
    Request request = byId.get(id);
    if (request == null) {
      Request queueing = new Request(id, imageCount, nextSequence++, new RequestState.Queued());
      queueing.arrived(arrival, nanoClock.getAsLong());
      return add(queueing);
    }
    if (request.arrival != null) {
      return null;
    }
    request.arrived(arrival, nanoClock.getAsLong());
    apply(request, RequestState::shareArrived);
    return request;
  }

  /**
   * Gives a request numbers that this table {@linkplain #takeNumbers took}.
   *
   * @return the request; null if the numbers are void, since the id has some already or is of
   *     another number of images
   */
  Request numberGiven(RequestId id, SessionId session, int imageCount) {
    Request request = byId.get(id);
    if (givesNumbers) {
      remember(id);
    }
    if (request == null) {
      return add(
          new Request(id, imageCount, nextSequence++, new RequestState.AwaitingShare(session)));
    }
    if (request.imageCount != imageCount) {
      return null;
    }
    return apply(request, state -> state.numberGiven(session)) ? request : null;
  }

  private void remember(RequestId id) {
    numberedIds.add(id);
    if (numberedIds.size() > MAX_REMEMBERED_IDS) {
      numberedIds.remove(numberedIds.iterator().next());
    }
  }

  /** Returns whether this party has numbered an id in the epoch, as far as it remembers. */
  boolean wasNumbered(RequestId id) {
    return numberedIds.contains(id);
  }

  private Request add(Request request) {
    byId.put(request.id, request);
    index(request);
    return request;
  }

  /**
   * Changes a request's state by an event, and where it is found.
   *
   * @return whether the event changed anything
   */
  boolean apply(Request request, UnaryOperator<RequestState> event) {
    RequestState next = event.apply(request.state);
    if (next.equals(request.state)) {
      return false;
    }
    unindex(request);
    request.state = next;
    if (next.stage() == Stage.OVER) {
      byId.remove(request.id);
    } else {
      index(request);
    }
    return true;
  }

  private void index(Request request) {
    Stage stage = request.stage();
    counts[stage.ordinal()]++;
    imageCounts[stage.ordinal()] += request.imageCount;
    if (request.arrival != null) {
      bySession.put(request.session(), request);
    }
    if (isOfThisEpoch(request.sessionOrNull())) {
      for (long number = request.sessionOrNull().number(); number < request.numberEnd(); number++) {
        byNumber.put(number, request);
      }
    }
    if (stage == Stage.QUEUED) {
      queued.add(request);
    } else if (stage == Stage.AWAITING_RESERVATION) {
      awaitingReservation.add(request);
    }
    if (isUnconfirmed(request)) {
      unconfirmed.merge(request.owner(), request.imageCount, Integer::sum);
    }
    if (stage == Stage.QUEUED || stage == Stage.AWAITING_SHARE) {
      incompleteSinceNs.put(request, nanoClock.getAsLong());
    }
  }

  private void unindex(Request request) {
    counts[request.stage().ordinal()]--;
    imageCounts[request.stage().ordinal()] -= request.imageCount;
    if (request.arrival != null) {
      bySession.remove(request.session());
    }
    if (isOfThisEpoch(request.sessionOrNull())) {
      for (long number = request.sessionOrNull().number(); number < request.numberEnd(); number++) {
        byNumber.remove(number);
      }
    }
    queued.remove(request);
    awaitingReservation.remove(request);
    if (isUnconfirmed(request)) {
      unconfirmed.computeIfPresent(
          request.owner(),
          (owner, count) ->
              count == request.imageCount ? null : Integer.valueOf(count - request.imageCount));
    }
    incompleteSinceNs.remove(request);
  }

  private boolean isOfThisEpoch(SessionId sessionOrNull) {
    return sessionOrNull != null && epoch.isPresent() && epoch.getAsLong() == sessionOrNull.epoch();
  }

  private static boolean isUnconfirmed(Request request) {
    return request.state instanceof RequestState.Running running && !running.isConfirmed();
  }

  /** Notes that party 1 has the other share of a request; false if there is no such request. */
  boolean askedFor(RequestId id) {
    Request request = byId.get(id);
    if (request != null) {
      request.askedFor = true;
    }
    return request != null;
  }

  /** Another party 1 may be there, or the same one may not have been heard: it asks anew. */
  void peerFound() {
    if (givesNumbers) {
      long nowNs = nanoClock.getAsLong();
      incompleteSinceNs.replaceAll((request, sinceNs) -> nowNs);
      byId.values().forEach(request -> request.askedFor = false);
    }
  }

  /** Returns the request of an id; null if there is none. */
  Request byId(RequestId id) {
    return byId.get(id);
  }

  /** Returns the request that a number of this epoch was given to; null if it is over. */
  Request byNumber(long number) {
    return byNumber.get(number);
  }

  /** Returns the request of a session actor; null if it is over. */
  Request bySession(ActorRef<Session.Command> session) {
    return bySession.get(session);
  }

  /** Returns all requests, oldest first. */
  List<Request> all() {
    return List.copyOf(byId.values());
  }

  /** Returns the requests that wait for a number, the earliest deadline first. */
  List<Request> queued() {
    return List.copyOf(queued);
  }

  /** Returns the requests that wait for their number to be reserved. */
  List<Request> awaitingReservation() {
    return List.copyOf(awaitingReservation);
  }

  /** Returns how many requests are in a stage. */
  int count(Stage stage) {
    return counts[stage.ordinal()];
  }

  /** Returns how many images hold a share, a session actor and their client's quota. */
  int imagesWithShare() {
    return imageCounts[Stage.QUEUED.ordinal()]
        + imageCounts[Stage.AWAITING_RESERVATION.ordinal()]
        + imageCounts[Stage.RUNNING.ordinal()]
        + imageCounts[Stage.ENDING.ordinal()];
  }

  /** Returns how many of these have a number of this epoch. */
  int imagesInFlight() {
    return byNumber.size() - imageCounts[Stage.AWAITING_SHARE.ordinal()];
  }

  /** Shows in a party's gauges what there is. */
  void show(PartyCounters counters, long inferencesStored) {
    int inFlight = imagesInFlight();
    counters.gauges(inFlight, imagesWithShare() - inFlight, inferencesStored);
    for (Stage stage : Stage.values()) {
      counters.requests(stage, count(stage));
    }
  }

  /** Returns whether the party has taken as many numbers ahead of their use as it may. */
  boolean isFullAhead() {
    return imageCounts[Stage.AWAITING_SHARE.ordinal()]
            + imageCounts[Stage.AWAITING_RESERVATION.ordinal()]
        >= MAX_NUMBERED_AHEAD;
  }

  /** Returns how many images of a client the peer has not opened anything of. */
  int unconfirmedCount(ClientKey owner) {
    return unconfirmed.getOrDefault(owner, 0);
  }

  /**
   * Returns the requests whose share or number has not come in time, oldest first; each is returned
   * again after as long a wait.
   */
  List<Request> takeOverdue() {
    long nowNs = nanoClock.getAsLong();
    List<Request> overdue = new ArrayList<>();
    for (Map.Entry<Request, Long> each : incompleteSinceNs.entrySet()) {
      if (nowNs - each.getValue() < shareTimeoutNs) {
        break;
      }
      overdue.add(each.getKey());
    }
    for (Request request : overdue) {
      incompleteSinceNs.remove(request); // Or it would keep its place in the order.
      incompleteSinceNs.put(request, nowNs);
    }
    return overdue;
  }

  /**
   * Returns how long the oldest such request may still wait, at least 1 ns; null if there is none.
   */
  Duration untilOverdueOrNull() {
    if (incompleteSinceNs.isEmpty()) {
      return null;
    }
    long waitedNs = nanoClock.getAsLong() - incompleteSinceNs.values().iterator().next();
    return Duration.ofNanos(Math.max(1, shareTimeoutNs - waitedNs));
  }
}
