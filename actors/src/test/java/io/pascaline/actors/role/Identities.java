// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.LinkSettings;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;

/** Fresh identities of a dealer, two parties and two clients, each of whom knows the others. */
public final class Identities {
  private static final int CLIENTS = 2;

  private record Member(PrivateIdentity identity, Role role, int partyId) {}

  private final List<Member> members = new ArrayList<>();

  public Identities() {
    SecureRandom random = new SecureRandom();
    members.add(new Member(PrivateIdentity.generate(random), Role.DEALER, -1));
    members.add(new Member(PrivateIdentity.generate(random), Role.PARTY, 0));
    members.add(new Member(PrivateIdentity.generate(random), Role.PARTY, 1));
    for (int i = 0; i < CLIENTS; i++) {
      members.add(new Member(PrivateIdentity.generate(random), Role.CLIENT, -1));
    }
  }

  public LinkSettings dealer() {
    return of(0);
  }

  public LinkSettings party(int partyId) {
    return of(1 + partyId);
  }

  public LinkSettings client() {
    return of(3);
  }

  /** Returns a second client, which the parties know as well as the first. */
  public LinkSettings otherClient() {
    return of(4);
  }

  private LinkSettings of(int self) {
    List<PinnedPeers.Peer> peers = new ArrayList<>();
    for (int i = 0; i < members.size(); i++) {
      Member member = members.get(i);
      if (i != self) {
        peers.add(
            new PinnedPeers.Peer(
                member.identity().publicIdentity(), member.role(), member.partyId()));
      }
    }
    return LinkSettings.of(
        new LinkSecurity.Secured(members.get(self).identity(), PinnedPeers.of(peers)));
  }
}
