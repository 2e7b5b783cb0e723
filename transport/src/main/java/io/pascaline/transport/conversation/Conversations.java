// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.ArrayList;
import java.util.List;

/**
 * All conversations of a node, those that wait for a carrier among them. How many may wait is
 * bounded, for all clients together and for each identity: whoever drops links on purpose evicts
 * its own, and never those of parties and dealers. Belongs to the node's agent.
 */
public final class Conversations {
  private final List<Conversation> all = new ArrayList<>();
  private final LinkSlots slots;

  /** No conversations, and how many may wait. */
  public Conversations(LinkSlots slots) {
    this.slots = slots;
  }

  /** Adds one that opens. */
  public void add(Conversation conversation) {
    all.add(conversation);
  }

  /** Words of memory that unfinished tensors of lost carriers take. */
  public long heldWords() {
    return all.stream().mapToLong(Conversation::heldWords).sum();
  }

  /** Returns the slots of those that wait for their remotes to dial and resume. */
  public List<LinkSlots.Slot> awaited() {
    return all.stream()
        .filter(one -> one.isSuspended() && !one.dialled())
        .map(one -> one.remote().slot())
        .toList();
  }

  /** Ends those that have waited enough for a carrier, and forgets those that ended. */
  public int doWork(long nowNs) {
    int work = 0;
    for (int i = all.size() - 1; i >= 0; i--) {
      work += all.get(i).doWork(nowNs);
      if (all.get(i).hasEnded()) {
        all.remove(i);
      }
    }
    return work;
  }

  /**
   * Finds the conversation that a remote which dialled resumes and takes that off its old carrier,
   * or ends those that a new one replaces.
   *
   * @return the conversation, or null for a new one
   * @throws MalformedFrame if the remote says that it received what it cannot have
   */
  public Conversation takeOver(Remote by, Resumption resumption, long nowNs) throws MalformedFrame {
    for (Conversation one : all) {
      if (!resumption.isNone() && one.isResumedBy(resumption.conversation(), by)) {
        one.requireResumable(resumption);
        detach(one, nowNs);
        return one;
      }
    }
    for (Conversation one : all) {
      if (one.isReplacedBy(by)) {
        boolean same = one.remote().isIncarnationOf(by.hello());
        one.abort(one.peerName() + (same ? " dialled again" : " was restarted"));
      }
    }
    return null;
  }

  private void detach(Conversation conversation, long nowNs) {
    Carrier old = conversation.carrier();
    if (old != null) {
      suspend(conversation, "dialled again", nowNs);
      old.discard();
    }
  }

  /**
   * Lets a conversation whose carrier was lost wait for another. If too many wait, the oldest of
   * its identity, or of the client with most, is timed out.
   */
  public void suspend(Conversation lost, String reason, long nowNs) {
    lost.suspend(reason, nowNs);
    List<Conversation> waiting = all.stream().filter(Conversation::isSuspended).toList();
    List<Conversation> ofIdentity =
        waiting.stream().filter(one -> one.remote().isOfSameIdentity(lost.remote())).toList();
    List<Conversation> ofClients =
        waiting.stream().filter(one -> one.remote().slot().isClients()).toList();
    if (ofIdentity.size() > slots.perIdentity()) {
      ofIdentity.get(0).timeOut("too many links of " + lost.peerName() + " were lost");
    } else if (ofClients.size() > slots.ofClients()) {
      oldestOfBusiest(ofClients).timeOut("too many links of clients were lost");
    }
  }

  /** So that many links of one identity do not evict the one of another. */
  private static Conversation oldestOfBusiest(List<Conversation> waiting) {
    Conversation chosen = waiting.get(0);
    long max = 0;
    for (Conversation one : waiting) {
      long count =
          waiting.stream().filter(other -> other.remote().isOfSameIdentity(one.remote())).count();
      if (count > max) {
        max = count;
        chosen = one;
      }
    }
    return chosen;
  }

  /** Ends those that wait for a carrier. */
  public void endSuspended(String reason) {
    all.stream().filter(Conversation::isSuspended).forEach(one -> one.end(reason));
  }

  /** Ends those that wait for a carrier and whose remotes are not pinned any more. */
  public void endSuspended(PinnedPeers pinned, String reason) {
    all.stream()
        .filter(one -> one.isSuspended() && !pinned.pins(one.remote().identity()))
        .forEach(one -> one.end(reason));
  }

  /** Ends all. */
  public void endAll(String reason) {
    all.forEach(one -> one.end(reason));
    all.clear();
  }
}
