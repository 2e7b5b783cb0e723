// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.testsupport;

import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Fresh identities of a server, its dealer and clients that are party 1, and whom each pins.
 * Immutable.
 */
public final class PairIdentities {
  private final PrivateIdentity dealer;
  private final PrivateIdentity server;
  private final List<PrivateIdentity> clients;

  /** Draws all keys. */
  public PairIdentities(int clientCount) {
    SecureRandom random = new SecureRandom();
    dealer = PrivateIdentity.generate(random);
    server = PrivateIdentity.generate(random);
    clients = Stream.generate(() -> PrivateIdentity.generate(random)).limit(clientCount).toList();
  }

  /** Returns who the dealer is and whom it knows. */
  public LinkSecurity dealer() {
    List<PinnedPeers.Peer> peers = pinnedClients();
    peers.add(peer(server, Role.PARTY, 0));
    return new LinkSecurity.Secured(dealer, PinnedPeers.of(peers));
  }

  /** Returns who the server is and whom it knows. */
  public LinkSecurity server() {
    List<PinnedPeers.Peer> peers = pinnedClients();
    peers.add(peer(dealer, Role.DEALER, -1));
    return new LinkSecurity.Secured(server, PinnedPeers.of(peers));
  }

  /** Returns who a client is and whom it knows. */
  public LinkSecurity client(int index) {
    return new LinkSecurity.Secured(
        clients.get(index),
        PinnedPeers.of(List.of(peer(dealer, Role.DEALER, -1), peer(server, Role.PARTY, 0))));
  }

  private List<PinnedPeers.Peer> pinnedClients() {
    List<PinnedPeers.Peer> peers = new ArrayList<>();
    clients.forEach(client -> peers.add(peer(client, Role.PARTY, 1)));
    return peers;
  }

  private static PinnedPeers.Peer peer(PrivateIdentity identity, Role role, int partyId) {
    return new PinnedPeers.Peer(identity.publicIdentity(), role, partyId);
  }
}
