// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.ArrayList;
import java.util.List;

/**
 * All conversations of a node, those that wait for a carrier among them. How many may wait is
 * bounded, for all clients together and for each identity: whoever drops links on purpose pushes
 * out his own, and never those of parties and dealers. Belongs to the node's agent.
 */
final class Conversations {
  private final List<Conversation> all = new ArrayList<>();
  private final LinkSlots places;

  Conversations(LinkSlots places) {
    this.places = places;
  }

  void add(Conversation link) {
    all.add(link);
  }

  /** Words of memory that unfinished tensors of lost carriers take. */
  long heldWords() {
    return all.stream().mapToLong(Conversation::heldWords).sum();
  }

  /** Returns the places of those that wait for their peers to dial and go on where they were. */
  List<LinkSlots.Place> awaited() {
    return all.stream()
        .filter(link -> link.isSuspended() && !link.dialled())
        .map(Conversation::place)
        .toList();
  }

  int doWork(long nowNs) {
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
   * Finds the conversation that a peer which dialled goes on with and takes that off its old
   * carrier, or ends those that a new one replaces.
   *
   * @return the conversation, or null for a new one
   * @throws MalformedFrame if the peer says that it received what it cannot have
   */
  Conversation takeOver(
      LinkAddress address,
      PinnedPeers.Peer peerOrNull,
      LinkMessage.Hello hello,
      Resumption resumption,
      long nowNs)
      throws MalformedFrame {
    for (Conversation link : all) {
      if (!resumption.isNone()
          && link.isResumedBy(resumption.conversation(), address, hello, peerOrNull)) {
        link.requireResumable(resumption);
        link.detach(nowNs);
        return link;
      }
    }
    for (Conversation link : all) {
      if (link.isReplacedBy(address, peerOrNull)) {
        boolean same = link.peerHello().nodeId() == hello.nodeId();
        link.abort(link.peerName() + (same ? " dialled again" : " was restarted"));
      }
    }
    return null;
  }

  /**
   * One more waits: where that is too many, the oldest of its peer or of the client that has most
   * gives up.
   */
  void onSuspended(Conversation link) {
    List<Conversation> waiting = all.stream().filter(Conversation::isSuspended).toList();
    List<Conversation> ofPeer = waiting.stream().filter(one -> one.isOfPeerOf(link)).toList();
    List<Conversation> ofClients = waiting.stream().filter(one -> one.place().isClients()).toList();
    if (ofPeer.size() > places.perPeer()) {
      ofPeer.get(0).giveUp("too many links of " + link.peerName() + " were lost");
    } else if (ofClients.size() > places.ofClients()) {
      oldestOfWhoeverHasMost(ofClients).giveUp("too many links of clients were lost");
    }
  }

  /** So that many links of some cannot push out the one of another. */
  private static Conversation oldestOfWhoeverHasMost(List<Conversation> waiting) {
    Conversation chosen = waiting.get(0);
    long most = 0;
    for (Conversation one : waiting) {
      long count = waiting.stream().filter(one::isOfPeerOf).count();
      if (count > most) {
        most = count;
        chosen = one;
      }
    }
    return chosen;
  }

  /** Ends those that wait for a carrier. */
  void endSuspended(String reason) {
    all.stream().filter(Conversation::isSuspended).forEach(link -> link.end(reason));
  }

  void endAll(String reason) {
    all.forEach(link -> link.end(reason));
    all.clear();
  }
}
