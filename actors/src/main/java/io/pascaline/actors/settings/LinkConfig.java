// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import io.pascaline.actors.role.LinkSettings;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** The settings of a role's links: who it is, whom it knows, and what the network is like. */
public final class LinkConfig {
  /** Keys of the links that every role may have. */
  public static final Set<String> KEYS =
      Set.of(
          "listen",
          "advertise",
          "identity",
          "identities.dealer",
          "identities.party0",
          "identities.party1",
          "identities.clients",
          "insecure",
          "link-profile",
          "link.rtt",
          "link.bandwidth",
          "link.mtu",
          "max-links",
          "peer-timeout",
          "resume-timeout");

  private final StrictConfig config;

  /** Reads from a file that was read with {@link #KEYS}. */
  public LinkConfig(StrictConfig config) {
    this.config = config;
  }

  /** Returns whether the links are to be left open to everybody on the network. */
  public boolean isInsecure() {
    return config.isTrue("insecure");
  }

  /**
   * Returns the settings of a role whose clients stand apart from the parties.
   *
   * @param role what it is
   * @param partyId 0 or 1 for a party, -1 otherwise
   */
  public LinkSettings read(Role role, int partyId) {
    return read(role, partyId, false);
  }

  /**
   * Returns the settings of a role.
   *
   * @param role what it is
   * @param partyId 0 or 1 for a party, -1 otherwise
   * @param clientsAsParty whether the clients are party 1, each with party 0 as its server
   */
  public LinkSettings read(Role role, int partyId, boolean clientsAsParty) {
    if (clientsAsParty && isInsecure()) {
      throw config.wrong(
          "insecure",
          "is true, but clients that are party 1 get their dealing keys from sealed links",
          "take it out, and give each role an identity");
    }
    LinkSecurity security =
        isInsecure() ? LinkSecurity.Plain.INSECURE : secured(role, partyId, clientsAsParty);
    LinkSettings usual = LinkSettings.of(security);
    return usual.toBuilder()
        .profile(profile())
        .advertised(advertised())
        .maxLinks(
            config.number(
                "max-links", LinkSettings.MIN_LINKS, LinkSettings.MAX_LINKS, usual.maxLinks()))
        .peerTimeoutMs(
            config.milliseconds(
                "peer-timeout", LinkSettings.MIN_PEER_TIMEOUT_MS, usual.peerTimeoutMs()))
        .resumeTimeoutMs(config.milliseconds("resume-timeout", 0, usual.resumeTimeoutMs()))
        .build();
  }

  /**
   * Returns where the role listens. Peers answer at this very address unless they are told another,
   * so a wildcard needs one; port 0 is replaced by a free one before anybody is told.
   */
  public LinkAddress listen() {
    HostPort listen = config.address("listen");
    LinkAddress advertised = advertised();
    if (advertised != null && listen.port() == 0) {
      throw config.wrong(
          "listen",
          "is '" + listen + "', any free port, to which no advertised one can lead",
          "name the port that " + config.text("advertise") + " leads to");
    }
    if (!listen.isOneHost() && !(advertised != null && listen.isWildcard())) {
      throw config.wrong(
          "listen",
          "is '" + listen + "', not the address of one machine",
          "name one address of this machine that the peers can reach, with a port or 0 for any;"
              + " or say with advertise where they reach it");
    }
    return LinkAddress.udp(listen.host(), listen.port());
  }

  /** Returns where peers reach the role, or null if that is where it listens. */
  private LinkAddress advertised() {
    return config.has("advertise")
        ? dialled("advertise", "name the host and port at which the peers reach this role")
        : null;
  }

  /**
   * Returns where a peer is reached.
   *
   * @param key the setting that names it
   */
  public LinkAddress dialled(String key) {
    return dialled(key, "name the host and port at which that role is reached");
  }

  private LinkAddress dialled(String key, String remedy) {
    HostPort address = config.address(key);
    if (!address.isOneHost()) {
      throw config.wrong(key, "is '" + address + "', not the address of one machine", remedy);
    }
    if (address.port() == 0) {
      throw config.wrong(key, "is '" + address + "', which names no port", remedy);
    }
    return LinkAddress.udp(address.host(), address.port());
  }

  private LinkSecurity secured(Role role, int partyId, boolean clientsAsParty) {
    if (!config.has("identity")) {
      throw config.wrong(
          "identity",
          "is missing",
          "make one with 'pascaline keygen --identity --out FILE' and name the file");
    }
    PrivateIdentity own = IdentityFile.read(config.path("identity"));
    String ownKey =
        role == Role.CLIENT ? "clients" : role == Role.DEALER ? "dealer" : "party" + partyId;
    List<PinnedPeers.Peer> peers = new ArrayList<>();
    boolean isClient = role == Role.CLIENT || (clientsAsParty && partyId == 1);
    boolean listed = isClient || !config.has("identities." + ownKey);
    if (role != Role.DEALER && role != Role.CLIENT) {
      peers.add(peer("dealer", Role.DEALER, -1));
    }
    for (int party = 0; party < 2; party++) {
      boolean isClients = clientsAsParty && party == 1;
      if (!isClients && (role != Role.PARTY || party != partyId)) {
        peers.add(peer("party" + party, Role.PARTY, party));
      }
    }
    if (!isClient && (role == Role.PARTY || clientsAsParty)) {
      Role ofClient = clientsAsParty ? Role.PARTY : Role.CLIENT;
      int partyOfClient = clientsAsParty ? 1 : -1;
      clients().forEach(client -> peers.add(new PinnedPeers.Peer(client, ofClient, partyOfClient)));
    }
    if (!isClient && clientsAsParty && clients().isEmpty()) {
      throw config.wrong(
          "identities.clients", "lists nobody", "list the public line of each client there");
    }
    if (!listed && !parse("identities." + ownKey).equals(own.publicIdentity())) {
      throw config.wrong(
          "identities." + ownKey,
          "is not the public line of " + config.path("identity"),
          "write " + own.publicIdentity() + " there, in the files of all roles");
    }
    try {
      return new LinkSecurity.Secured(own, PinnedPeers.of(peers));
    } catch (IllegalArgumentException e) {
      throw new SettingsFault(
          config.place("identity") + ": " + e.getMessage(),
          "give each role an identity of its own");
    }
  }

  /** Returns the clients that a party admits. */
  public List<PublicIdentity> clients() {
    return config.texts("identities.clients").stream()
        .map(text -> parse("identities.clients", text))
        .toList();
  }

  private PinnedPeers.Peer peer(String key, Role role, int partyId) {
    return new PinnedPeers.Peer(parse("identities." + key), role, partyId);
  }

  private PublicIdentity parse(String key) {
    return parse(key, config.text(key));
  }

  private PublicIdentity parse(String key, String text) {
    try {
      return PublicIdentity.parse(text);
    } catch (IllegalArgumentException e) {
      throw config.wrong(
          key,
          "holds no public identity (ed25519: and 44 characters)",
          "copy it from what 'pascaline keygen --identity' printed for that role");
    }
  }

  private NetworkProfile profile() {
    String name = config.choice("link-profile", List.of("lan", "regional", "wan", ""), "");
    boolean custom = config.has("link.rtt") || config.has("link.bandwidth");
    if (custom && !name.isEmpty()) {
      throw config.wrong(
          "link-profile", "is given beside link.rtt or link.bandwidth", "take one of them out");
    }
    NetworkProfile profile =
        custom ? custom() : name.isEmpty() ? NetworkProfile.usual() : NetworkProfile.of(name);
    int mtuBytes =
        config.number("link.mtu", NetworkProfile.MIN_MTU_BYTES, NetworkProfile.MAX_MTU_BYTES, 0);
    if (mtuBytes % 32 != 0) {
      throw config.wrong("link.mtu", "is " + mtuBytes + ", must be a multiple of 32");
    }
    return profile.withMtuBytes(mtuBytes);
  }

  private NetworkProfile custom() {
    for (String key : new String[] {"link.rtt", "link.bandwidth"}) {
      if (!config.has(key)) {
        throw config.wrong(key, "is missing", "give link.rtt and link.bandwidth together");
      }
    }
    Duration roundTrip = config.duration("link.rtt", Duration.ZERO);
    int megabits = config.number("link.bandwidth", 1, NetworkProfile.MAX_MEGABITS, 1);
    try {
      return NetworkProfile.measured(roundTrip, megabits);
    } catch (IllegalArgumentException e) {
      throw config.wrong(
          "link.rtt", "is above 10s, or link.rtt times link.bandwidth exceeds 512 MiB in flight");
    }
  }
}
