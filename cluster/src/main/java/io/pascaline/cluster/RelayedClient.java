// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.link.ShareCounters;
import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * A client of a gateway node as the party of a cell sees it: a link like any other client's, so
 * that its requests pass the party's gate, quotas and deadlines. Its answers go back to the gateway
 * node. Thread-safe.
 */
final class RelayedClient implements Link {
  private final String identity;
  private final ActorRef<GatewayMessage> gateway;
  private final ActorRef<CellMessage> cell;
  private final LinkListener party;
  private final LinkMessage.Hello hello;
  private final ShareCounters counters = new ShareCounters();
  private final AtomicBoolean open = new AtomicBoolean(true);

  RelayedClient(
      String identity,
      byte[] planDigest,
      ActorRef<GatewayMessage> gateway,
      ActorRef<CellMessage> cell,
      LinkListener party) {
    this.identity = identity;
    this.gateway = gateway;
    this.cell = cell;
    this.party = party;
    hello = Hellos.client(planDigest);
  }

  void open() {
    party.onOpened(this);
  }

  /** Brings a client's message to the party. */
  void receive(LinkMessage message) {
    if (message instanceof LinkMessage.InputShare share) {
      counters.received(share);
    }
    party.onMessage(this, message);
  }

  @Override
  public boolean send(LinkMessage message) {
    if (!open.get()) {
      return false;
    }
    if (message instanceof LinkMessage.OutputShare output) {
      counters.sent(output);
      gateway.tell(new GatewayMessage.ToClient(cell, output));
    } else if (message instanceof LinkMessage.RequestAbort) {
      gateway.tell(new GatewayMessage.ToClient(cell, message));
    }
    return true;
  }

  @Override
  public void close() {
    close("closed");
  }

  /** Closes the link; void if it is closed, by the party or by its gateway. */
  void close(String reason) {
    if (open.compareAndSet(true, false)) {
      party.onClosed(this, reason);
    }
  }

  @Override
  public String peerName() {
    return "client " + identity;
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return hello;
  }

  @Override
  public String peerIdentity() {
    return identity;
  }

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public boolean isOpen() {
    return open.get();
  }

  @Override
  public LinkCounters counters() {
    return counters;
  }

  /** Prints the client's name. */
  @Override
  public String toString() {
    return peerName();
  }
}
