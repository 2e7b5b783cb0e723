// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.LinkSecurity;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A node with links to both parties, on which the test says what it wants. */
final class Liar implements LinkListener, AutoCloseable {
  private final Queue<Link> opened = new ConcurrentLinkedQueue<>();
  private final TransportNode node;

  Liar(Deployment deployment, LinkSecurity security) {
    node =
        TransportNode.launch(
            new TransportContext()
                .hello(Hellos.client(deployment.network.plan().digest()))
                .listen(Deployment.ANY_PORT)
                .security(security)
                .listener(this));
    node.connect(deployment.party0.address(), "party 0");
    node.connect(deployment.party1.address(), "party 1");
  }

  List<Link> links() {
    Deployment.await("links", () -> opened.size() == 2);
    return List.copyOf(opened);
  }

  Link link(int partyId) {
    return links().stream()
        .filter(link -> link.peerHello().partyId() == partyId)
        .findAny()
        .orElseThrow();
  }

  @Override
  public void onOpened(Link link) {
    opened.add(link);
  }

  @Override
  public void onMessage(Link link, LinkMessage message) {}

  @Override
  public void onClosed(Link link, String reason) {}

  @Override
  public void onDown(TransportException reason) {}

  @Override
  public void close() {
    node.close();
  }
}
