// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The party of a cell as the clients of a gateway see it: takes what their links bring to the cell
 * node, and brings the answers back. If the node goes away, it ends what is unanswered there, and
 * nothing else. Thread-safe.
 */
final class RemoteCell implements LinkListener {
  private final ActorRef<CellMessage> node;
  private final ActorRef<GatewayMessage> gateway;
  private final Map<RequestId, Link> unanswered = new ConcurrentHashMap<>();
  private volatile Optional<URI> ownGateway = Optional.empty();
  private volatile boolean gone;

  RemoteCell(ActorRef<CellMessage> node, ActorRef<GatewayMessage> gateway) {
    this.node = node;
    this.gateway = gateway;
  }

  @Override
  public void onOpened(Link link) {
    // The cell node opens its end with the client's first share.
  }

  @Override
  public void onMessage(Link link, LinkMessage message) {
    if (message instanceof LinkMessage.InputShare share) {
      unanswered.put(share.request(), link);
    } else if (message instanceof RequestAbort abort) {
      unanswered.remove(abort.request());
    }
    node.tell(new CellMessage.FromClient(gateway, link.peerIdentity(), message));
    if (gone) {
      endAll(); // It went while this came.
    }
  }

  @Override
  public void onClosed(Link link, String reason) {
    unanswered.values().removeIf(link::equals);
    if (!gone) {
      node.tell(new CellMessage.ClientGone(gateway, link.peerIdentity()));
    }
  }

  /** Brings an answer of the cell's party to the client that waits for it. */
  void onAnswer(LinkMessage message) {
    RequestId request =
        message instanceof LinkMessage.OutputShare output
            ? output.request()
            : ((RequestAbort) message).request();
    Link client = unanswered.remove(request);
    if (client != null) {
      client.send(message);
    }
  }

  /** Ends what is unanswered: the node has gone. */
  void gone() {
    gone = true;
    endAll();
  }

  private void endAll() {
    unanswered
        .keySet()
        .forEach(
            request ->
                onAnswer(
                    RequestAbort.ofRequest(
                        request, AbortReason.PEER_LOST, "the cell has gone away", 0)));
  }

  /** Notes where clients reach the party's own gateway. */
  void reachedAt(Optional<URI> address) {
    ownGateway = address;
  }

  /** Returns where clients reach the party's own gateway; empty if they are not told. */
  Optional<URI> ownGateway() {
    return ownGateway;
  }

  int unansweredCount() {
    return unanswered.size();
  }
}
