// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.link.Role;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Whom a node talks to: each public identity stands for one role. Immutable. */
public final class PinnedPeers {
  /**
   * One peer.
   *
   * @param identity its public identity
   * @param role what it may be
   * @param partyId 0 or 1 for a party, -1 otherwise
   */
  public record Peer(PublicIdentity identity, Role role, int partyId) {
    /** Checks that a party has an id and others have none. */
    public Peer {
      boolean fits = role == Role.PARTY ? partyId == 0 || partyId == 1 : partyId == -1;
      if (!fits) {
        throw new IllegalArgumentException("partyId of a " + role + " is " + partyId);
      }
    }

    /** Role and id for people, as in a Hello. */
    public String name() {
      return switch (role) {
        case CLIENT -> "client";
        case PARTY -> "party " + partyId;
        case DEALER -> "dealer";
      };
    }
  }

  private final Map<ByteBuffer, Peer> peers;

  private PinnedPeers(Map<ByteBuffer, Peer> peers) {
    this.peers = peers;
  }

  /**
   * Pins peers.
   *
   * @throws IllegalArgumentException if one identity stands for two peers
   */
  public static PinnedPeers of(List<Peer> list) {
    Map<ByteBuffer, Peer> map = new HashMap<>();
    for (Peer peer : list) {
      Peer other = map.put(ByteBuffer.wrap(peer.identity().encoded()), peer);
      if (other != null) {
        throw new IllegalArgumentException(
            other.name() + " and " + peer.name() + " have the same identity " + peer.identity());
      }
    }
    return new PinnedPeers(map);
  }

  /** Returns the peer that a public key stands for, or null; the key may be any bytes. */
  Peer find(byte[] key) {
    return peers.get(ByteBuffer.wrap(key));
  }

  /**
   * Returns the same parties and dealer, and other clients.
   *
   * @param clients all clients from now on
   * @throws IllegalArgumentException if one identity stands for two peers
   */
  public PinnedPeers withClients(List<PublicIdentity> clients) {
    List<Peer> all = new ArrayList<>();
    peers.values().stream().filter(peer -> peer.role() != Role.CLIENT).forEach(all::add);
    clients.forEach(client -> all.add(new Peer(client, Role.CLIENT, -1)));
    return of(all);
  }

  /** Returns whether that very peer is pinned, in its role. */
  public boolean pins(Peer peer) {
    return peer.equals(find(peer.identity().encoded()));
  }

  /** Returns the peers of a name, such as {@code party 1}; several only for clients. */
  public List<Peer> named(String name) {
    List<Peer> found = new ArrayList<>();
    for (Peer peer : peers.values()) {
      if (peer.name().equals(name)) {
        found.add(peer);
      }
    }
    return found;
  }

  /** Returns how many peers are parties or dealers. */
  public int otherThanClients() {
    return (int) peers.values().stream().filter(peer -> peer.role() != Role.CLIENT).count();
  }

  /** Returns whether an identity is pinned. */
  public boolean contains(PublicIdentity identity) {
    return find(identity.encoded()) != null;
  }

  @Override
  public String toString() {
    return "PinnedPeers" + peers.values().stream().map(Peer::name).sorted().toList();
  }
}
