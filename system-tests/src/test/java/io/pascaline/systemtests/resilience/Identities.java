// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Fresh identities of a dealer, two parties and a client, each of whom knows the others. */
final class Identities {
  private record Holder(PrivateIdentity identity, Role role, int partyId) {}

  private final List<Holder> holders = new ArrayList<>();

  Identities() {
    SecureRandom random = new SecureRandom();
    holders.add(new Holder(PrivateIdentity.generate(random), Role.DEALER, -1));
    holders.add(new Holder(PrivateIdentity.generate(random), Role.PARTY, 0));
    holders.add(new Holder(PrivateIdentity.generate(random), Role.PARTY, 1));
    holders.add(new Holder(PrivateIdentity.generate(random), Role.CLIENT, -1));
  }

  /** Returns who a member is and whom it knows. */
  LinkSecurity of(Member member) {
    int self = Math.min(member.ordinal(), Member.CLIENT_A.ordinal());
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
