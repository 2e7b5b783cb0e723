// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.security.SecureRandom;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Contexts of nodes that tests launch on one shared driver. */
final class Nodes {
  private static final AtomicInteger STREAMS = new AtomicInteger(1000);
  private static final AtomicLong NODE_IDS = new AtomicLong(1);

  /** Over what the nodes of a test talk. */
  enum Medium {
    IPC,
    UDP
  }

  private static final SecureRandom RANDOM = new SecureRandom();
  private static final List<PrivateIdentity> PARTIES =
      List.of(PrivateIdentity.generate(RANDOM), PrivateIdentity.generate(RANDOM));

  private Nodes() {}

  /** Returns a party's own identity, and the other party as its one peer. */
  static LinkSecurity.Secured secured(int partyId) {
    return secured(PARTIES.get(partyId), PARTIES.get(1 - partyId).publicIdentity(), 1 - partyId);
  }

  static LinkSecurity.Secured secured(PrivateIdentity own, PublicIdentity peer, int peerId) {
    return new LinkSecurity.Secured(
        own, PinnedPeers.of(List.of(new PinnedPeers.Peer(peer, Role.PARTY, peerId))));
  }

  static PrivateIdentity identity(int partyId) {
    return PARTIES.get(partyId);
  }

  static LinkAddress freshAddress(Medium medium) {
    return medium == Medium.IPC
        ? LinkAddress.ipc(STREAMS.incrementAndGet())
        : LinkAddress.udp("localhost", 0);
  }

  static LinkMessage.Hello hello(Role role, int partyId) {
    return hello(role, partyId, 1);
  }

  static LinkMessage.Hello hello(Role role, int partyId, int version) {
    return new LinkMessage.Hello(
        role,
        partyId,
        NODE_IDS.incrementAndGet(),
        version,
        new byte[LinkMessage.PLAN_DIGEST_BYTES],
        new byte[LinkMessage.SHARING_ID_BYTES],
        new byte[LinkMessage.NONCE_BYTES]);
  }

  static TransportContext party(
      int partyId, EmbeddedDriver driver, LinkAddress listen, RecordingListener listener) {
    return new TransportContext()
        .hello(hello(Role.PARTY, partyId))
        .security(secured(partyId))
        .driver(driver)
        .listen(listen)
        .listener(listener);
  }

  static int[] randomWords(SplittableRandom random, int count) {
    return random.ints(count).toArray();
  }
}
