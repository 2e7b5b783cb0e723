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

/**
 * Fresh identities of a dealer, two parties and two clients, each of whom knows the others.
 * Immutable.
 */
public final class Identities {
  private static final int PARTY_0 = 1;
  private static final int CLIENT_0 = 3;
  private static final int CLIENTS = 2;

  private record Holder(PrivateIdentity identity, Role role, int partyId) {}

  private final List<Holder> holders = new ArrayList<>();

  /** Draws all keys. */
  public Identities() {
    SecureRandom random = new SecureRandom();
    holders.add(new Holder(PrivateIdentity.generate(random), Role.DEALER, -1));
    holders.add(new Holder(PrivateIdentity.generate(random), Role.PARTY, 0));
    holders.add(new Holder(PrivateIdentity.generate(random), Role.PARTY, 1));
    for (int i = 0; i < CLIENTS; i++) {
      holders.add(new Holder(PrivateIdentity.generate(random), Role.CLIENT, -1));
    }
  }

  /** Returns who the dealer is and whom it knows. */
  public LinkSecurity dealer() {
    return of(0);
  }

  /** Returns who a party is and whom it knows. */
  public LinkSecurity party(int partyId) {
    return of(PARTY_0 + partyId);
  }

  /**
   * Returns who a client is and whom it knows.
   *
   * @param client 0 or 1
   */
  public LinkSecurity client(int client) {
    return of(CLIENT_0 + client);
  }

  private LinkSecurity of(int self) {
    List<PinnedPeers.Peer> peers = new ArrayList<>();
    for (int i = 0; i < holders.size(); i++) {
      Holder holder = holders.get(i);
      if (i != self) {
        peers.add(
            new PinnedPeers.Peer(
                holder.identity().publicIdentity(), holder.role(), holder.partyId()));
      }
    }
    return new LinkSecurity.Secured(holders.get(self).identity(), PinnedPeers.of(peers));
  }
}
