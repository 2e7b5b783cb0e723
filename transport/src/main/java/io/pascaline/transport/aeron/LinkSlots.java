// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Who may open one more link to a node. A place belongs to an identity at an address: whoever dials
 * again from there goes on in the place that it has, be its old link open, lost or half open. The
 * clients' places are counted apart, so that however many they are, parties and the dealer find
 * theirs. Belongs to the node's agent.
 */
final class LinkSlots {
  /** Links at a time that one identity has begun to open; those of a peer that crashes pile up. */
  static final int MAX_HALF_OPEN_PER_PEER = 4;

  /** The share of all places that one identity may have: a quarter, and at least that many. */
  private static final int MIN_PER_PEER = 4;

  /**
   * Kept for roles other than clients where links are plain, and nobody knows how many there are.
   */
  private static final int PLAIN_ROLES = 2;

  /**
   * What a link takes that a peer dialled.
   *
   * @param identity who the peer is; null where links are plain
   * @param role what it is: pinned, or what a plain link's Hello says; null before it
   * @param address where it is answered
   */
  record Place(PinnedPeers.Peer identity, Role role, LinkAddress address) {
    boolean isOf(PinnedPeers.Peer peer) {
      return Objects.equals(identity, peer);
    }

    boolean isClients() {
      return role == Role.CLIENT;
    }
  }

  private final int maxLinks;
  private final int ofClients;
  private final int perPeer;

  LinkSlots(int maxLinks, LinkSecurity security) {
    int roles =
        security instanceof LinkSecurity.Secured secured
            ? secured.peers().otherThanClients()
            : PLAIN_ROLES;
    this.maxLinks = maxLinks;
    this.ofClients = Math.max(1, maxLinks - roles);
    this.perPeer = Math.max(MIN_PER_PEER, maxLinks / 4);
  }

  /** Places of all clients together. */
  int ofClients() {
    return ofClients;
  }

  /** Places of one identity, of any role. */
  int perPeer() {
    return perPeer;
  }

  /**
   * Refuses a peer that has proved who it is, and for whom there is no place.
   *
   * @param wanted where it dials from
   * @param carriers the node's links, in any state
   * @param awaited places of links that were lost and may come back
   */
  void requireRoom(Place wanted, List<AeronCarrier> carriers, Collection<Place> awaited)
      throws MalformedFrame {
    PinnedPeers.Peer peer = wanted.identity();
    List<Place> held = held(carriers);
    // Those that are about to end count as well: each has streams of its own.
    int most = perPeer + MAX_HALF_OPEN_PER_PEER;
    if (held.stream().filter(place -> place.isOf(peer)).count() >= most) {
      throw tooMany(most, peer.name());
    }
    Set<Place> own = new HashSet<>();
    held.stream().filter(place -> place.isOf(peer)).forEach(own::add);
    if (own.add(wanted) && own.size() > perPeer) {
      throw tooMany(perPeer, peer.name());
    }
    if (!wanted.isClients()) {
      return;
    }
    Map<PinnedPeers.Peer, Set<Place>> clients = new HashMap<>();
    Stream.concat(held.stream(), awaited.stream())
        .filter(Place::isClients)
        .forEach(place -> placesOf(place.identity(), clients).add(place));
    int before = counted(placesOf(peer, clients));
    placesOf(peer, clients).add(wanted);
    int all = clients.values().stream().mapToInt(this::counted).sum();
    if (counted(placesOf(peer, clients)) > before && all > ofClients) {
      throw tooMany(ofClients, "clients");
    }
  }

  private static Set<Place> placesOf(
      PinnedPeers.Peer peer, Map<PinnedPeers.Peer, Set<Place>> places) {
    return places.computeIfAbsent(peer, key -> new HashSet<>());
  }

  /** Whoever loses links on purpose holds no more places than it may have open. */
  private int counted(Set<Place> ofOnePeer) {
    return Math.min(perPeer, ofOnePeer.size());
  }

  /**
   * The same for a peer that nobody knows: it is taken for what it says that it is, so this keeps
   * honest peers apart and nobody else.
   */
  void requireRoomUnproven(Place wanted, List<AeronCarrier> carriers, Collection<Place> awaited)
      throws MalformedFrame {
    if (carriers.stream().filter(link -> !link.isClosed()).count() >= maxLinks) {
      throw tooMany(maxLinks, "all peers");
    }
    Set<Place> clients = new HashSet<>();
    Stream.concat(held(carriers).stream(), awaited.stream())
        .filter(Place::isClients)
        .forEach(clients::add);
    if (wanted.isClients() && clients.add(wanted) && clients.size() > ofClients) {
      throw tooMany(ofClients, "clients");
    }
  }

  private static List<Place> held(List<AeronCarrier> carriers) {
    return carriers.stream().map(AeronCarrier::place).filter(Objects::nonNull).toList();
  }

  private static MalformedFrame tooMany(int most, String whose) {
    return new MalformedFrame(
        FrameFault.TOO_MANY_LINKS, "more than " + most + " links of " + whose);
  }
}
