// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.RequestId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The sessions of a party: by the client's request, and by number once they have one. Owned by the
 * party's actor.
 */
final class PartySessions {
  private final Map<RequestId, Entry> byRequest = new LinkedHashMap<>();
  private final Map<Long, RequestId> byNumber = new HashMap<>();
  private final Map<RequestId, Long> announced = new HashMap<>();
  private final UnconfirmedSessions unconfirmed = new UnconfirmedSessions();

  static final class Entry {
    private final ActorRef<Session.Command> session;
    private final Link client;
    private final long timeoutMs;
    private long number = Party.NO_NUMBER;
    private boolean peerKnows;
    private boolean ending;

    Entry(ActorRef<Session.Command> session, Link client, long timeoutMs) {
      this.session = session;
      this.client = client;
      this.timeoutMs = timeoutMs;
    }

    long number() {
      return number;
    }

    Link client() {
      return client;
    }

    long timeoutMs() {
      return timeoutMs;
    }

    /** Returns whether the peer has ended the session itself, so that it need not be told. */
    boolean peerKnows() {
      return peerKnows;
    }

    void admit(long sessionNumber, EpochLayers layers) {
      number = sessionNumber;
      session.tell(new Session.Admit(sessionNumber, layers::deliverInput));
    }
  }

  /** Whose account a client's requests go on: a name that it cannot change by dialling anew. */
  static Object owner(Link client) {
    String proved = client.peerIdentity();
    return proved == null ? client.peerHello().nodeId() : proved;
  }

  int size() {
    return byRequest.size();
  }

  /** Sessions that have a number. */
  int numberedCount() {
    return byNumber.size();
  }

  /** Sessions of which the peer has not shown yet that it has the other half. */
  UnconfirmedSessions unconfirmed() {
    return unconfirmed;
  }

  boolean contains(RequestId request) {
    return byRequest.containsKey(request);
  }

  void add(RequestId request, Entry entry) {
    byRequest.put(request, entry);
  }

  Entry remove(RequestId request) {
    Entry entry = byRequest.remove(request);
    if (entry != null && byNumber.remove(entry.number) != null) {
      unconfirmed.remove(entry.number);
    }
    return entry;
  }

  void admit(RequestId request, long number, EpochLayers layers) {
    Entry entry = byRequest.get(request);
    byNumber.put(number, request);
    unconfirmed.add(number, owner(entry.client));
    entry.admit(number, layers);
  }

  /** Requests that wait for an epoch, oldest first. */
  List<RequestId> waiting() {
    return byRequest.entrySet().stream()
        .filter(entry -> entry.getValue().number == Party.NO_NUMBER)
        .filter(entry -> !entry.getValue().ending)
        .map(Map.Entry::getKey)
        .toList();
  }

  Entry entry(RequestId request) {
    return byRequest.get(request);
  }

  ActorRef<Session.Command> session(long number) {
    RequestId request = byNumber.get(number);
    return request == null ? null : byRequest.get(request).session;
  }

  /** Returns whether a request is here and has no number, nor ever had one. */
  boolean isWaiting(RequestId request) {
    Entry entry = byRequest.get(request);
    return entry != null && entry.number == Party.NO_NUMBER && !entry.ending;
  }

  /** The peer gave a request its number before the client's share came here. */
  void announce(RequestId request, long number) {
    announced.put(request, number);
  }

  /** Requests that the peer gave a number and whose shares have not come. */
  Set<RequestId> announced() {
    return Set.copyOf(announced.keySet());
  }

  int announcedCount() {
    return announced.size();
  }

  /** Returns the number that the peer gave to a request, once; null if it gave none yet. */
  Long takeAnnounced(RequestId request) {
    return announced.remove(request);
  }

  /**
   * Ends one request because the peer did. A peer that ended it before it had a number does not
   * know the number; it must be told, or it would wait for that session for ever.
   */
  void abortedByPeer(RequestId request, long number, AbortReason reason, String detail) {
    Entry entry = byRequest.get(request);
    if (entry != null) {
      entry.peerKnows = entry.number == number;
      entry.ending = true;
      entry.session.tell(new Session.Abort(reason, detail));
    }
  }

  /** Returns whether the peer named the number and its share has not come. */
  boolean isAnnounced(long number) {
    return announced.containsValue(number);
  }

  /** Ends a request that its own client cancelled. */
  void cancelled(RequestId request, Link client) {
    Entry entry = byRequest.get(request);
    if (entry != null && entry.client == client) {
      entry.session.tell(new Session.Abort(AbortReason.CANCELLED, "cancelled by the client"));
    }
  }

  /** Ends all sessions of a lost client. */
  void clientLost(Link client) {
    for (Entry entry : byRequest.values()) {
      if (entry.client == client) {
        entry.session.tell(new Session.Abort(AbortReason.CLIENT_LOST, "the client is gone"));
      }
    }
  }

  /** Ends the sessions that have a number which will never be prepared. */
  void endFrom(long firstNumber, AbortReason reason, String detail) {
    for (Entry entry : byRequest.values()) {
      if (entry.number >= firstNumber && !entry.ending) {
        entry.ending = true;
        entry.session.tell(new Session.Abort(reason, detail));
      }
    }
  }

  /** Returns whether the peer gave the request a number before its share came here. */
  boolean isAnnounced(RequestId request) {
    return announced.containsKey(request);
  }

  /** Ends every session that has a number: their epoch is over. */
  void epochEnded(AbortReason reason, String detail) {
    announced.clear();
    for (Entry entry : byRequest.values()) {
      if (entry.number != Party.NO_NUMBER) {
        entry.number = Party.NO_NUMBER; // It meant nothing outside its epoch.
        entry.ending = true;
        entry.session.tell(new Session.Abort(reason, detail));
      }
    }
    byNumber.clear();
    unconfirmed.clear();
  }
}
