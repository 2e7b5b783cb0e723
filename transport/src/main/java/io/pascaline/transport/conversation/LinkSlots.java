// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Who may open one more link to a node. A slot belongs to an identity at an address: whoever dials
 * again from there keeps the slot that it has, be its old link open, lost or half open. The slots
 * of clients are counted apart, so that however many they are, parties and the dealer find theirs.
 * Immutable.
 */
public final class LinkSlots {
  /**
   * Links at a time that one identity has begun to open; those of a remote that crashes pile up.
   */
  public static final int MAX_HALF_OPEN_PER_IDENTITY = 4;

  /** The share of all slots that one identity may have: a quarter, and at least that many. */
  private static final int MIN_PER_IDENTITY = 4;

  /**
   * Kept for roles other than clients where links are in plaintext, and nobody knows how many there
   * are.
   */
  private static final int PLAINTEXT_ROLES = 2;

  /**
   * What a link takes that a remote dialled.
   *
   * @param identity who the remote is; null where links are in plaintext
   * @param role what it is: pinned, or what the Hello of a link in plaintext says; null before it
   * @param address where it is answered
   */
  public record Slot(PinnedPeers.Peer identity, Role role, LinkAddress address) {
    /** Returns whether it is of that identity. */
    public boolean isOf(PinnedPeers.Peer peer) {
      return Objects.equals(identity, peer);
    }

    /** Returns whether it is of a client. */
    public boolean isClients() {
      return role == Role.CLIENT;
    }
  }

  private final int maxLinks;
  private final int ofClients;
  private final int perIdentity;

  /**
   * Counts the slots.
   *
   * @param maxLinks that remotes dialled, at a time
   * @param security says how many parties and dealers are pinned
   */
  public LinkSlots(int maxLinks, LinkSecurity security) {
    int roles =
        security instanceof LinkSecurity.Secured secured
            ? secured.peers().otherThanClients()
            : PLAINTEXT_ROLES;
    this.maxLinks = maxLinks;
    this.ofClients = Math.max(1, maxLinks - roles);
    this.perIdentity = Math.max(MIN_PER_IDENTITY, maxLinks / 4);
  }

  /** Slots of all clients together. */
  public int ofClients() {
    return ofClients;
  }

  /** Slots of one identity, of any role. */
  public int perIdentity() {
    return perIdentity;
  }

  /**
   * Refuses a remote that has proved who it is, and for whom there is no slot.
   *
   * @param wanted where it dials from
   * @param held slots of the node's carriers, in any state
   * @param awaited slots of conversations that wait for a carrier
   */
  public void requireRoom(Slot wanted, List<Slot> held, List<Slot> awaited) throws MalformedFrame {
    PinnedPeers.Peer peer = wanted.identity();
    // Those that are about to end count as well: each has streams of its own.
    int max = perIdentity + MAX_HALF_OPEN_PER_IDENTITY;
    if (held.stream().filter(slot -> slot.isOf(peer)).count() >= max) {
      throw tooMany(max, peer.name());
    }
    Set<Slot> own = new HashSet<>();
    held.stream().filter(slot -> slot.isOf(peer)).forEach(own::add);
    if (own.add(wanted) && own.size() > perIdentity) {
      throw tooMany(perIdentity, peer.name());
    }
    if (!wanted.isClients()) {
      return;
    }
    Map<PinnedPeers.Peer, Set<Slot>> clients = new HashMap<>();
    Stream.concat(held.stream(), awaited.stream())
        .filter(Slot::isClients)
        .forEach(slot -> slotsOf(slot.identity(), clients).add(slot));
    int before = counted(slotsOf(peer, clients));
    slotsOf(peer, clients).add(wanted);
    int all = clients.values().stream().mapToInt(this::counted).sum();
    if (counted(slotsOf(peer, clients)) > before && all > ofClients) {
      throw tooMany(ofClients, "clients");
    }
  }

  private static Set<Slot> slotsOf(PinnedPeers.Peer peer, Map<PinnedPeers.Peer, Set<Slot>> slots) {
    return slots.computeIfAbsent(peer, key -> new HashSet<>());
  }

  /** Whoever loses links on purpose holds no more slots than it may have open. */
  private int counted(Set<Slot> ofOnePeer) {
    return Math.min(perIdentity, ofOnePeer.size());
  }

  /**
   * The same for a remote in plaintext: it is taken for what it says that it is, so this keeps
   * honest ones apart and nobody else.
   *
   * @param openCarriers how many carriers are not closed
   */
  public void requireRoomUnproven(
      Slot wanted, int openCarriers, List<Slot> held, List<Slot> awaited) throws MalformedFrame {
    if (openCarriers >= maxLinks) {
      throw tooMany(maxLinks, "all remotes");
    }
    Set<Slot> clients = new HashSet<>();
    Stream.concat(held.stream(), awaited.stream()).filter(Slot::isClients).forEach(clients::add);
    if (wanted.isClients() && clients.add(wanted) && clients.size() > ofClients) {
      throw tooMany(ofClients, "clients");
    }
  }

  private static MalformedFrame tooMany(int max, String whose) {
    return new MalformedFrame(FrameFault.TOO_MANY_LINKS, "more than " + max + " links of " + whose);
  }
}
