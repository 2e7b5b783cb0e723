// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.link.InboundFilter;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import java.util.Map;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * Carries link events from Aeron's agent thread into an actor's mailbox. Never blocks.
 *
 * @param <C> the actor's command type
 */
public final class LinkEvents<C> implements LinkListener {
  private final ActorRef<C> actor;
  private final Function<LinkEvent, C> wrap;
  private final FirstFailure failure;
  private final Map<LinkAddress, String> dialled;
  private final InboundFilter filter;

  /**
   * Binds an actor.
   *
   * @param actor who is told
   * @param wrap makes the actor's command of an event
   * @param failure told when an initiated link reaches nobody, and when the transport ends
   * @param dialled the remotes that links are opened to, by name such as {@code dealer}
   * @param filter stands before the mailbox; called on the link's thread
   */
  public LinkEvents(
      ActorRef<C> actor,
      Function<LinkEvent, C> wrap,
      FirstFailure failure,
      Map<LinkAddress, String> dialled,
      InboundFilter filter) {
    this.filter = filter;
    this.actor = actor;
    this.wrap = wrap;
    this.failure = failure;
    this.dialled = Map.copyOf(dialled);
  }

  @Override
  public void onOpened(Link link) {
    actor.tell(wrap.apply(new LinkEvent.Opened(link)));
  }

  @Override
  public void onMessage(Link link, LinkMessage message) {
    if (filter.handOver(link, message)) {
      actor.tell(wrap.apply(new LinkEvent.Received(link, message)));
    }
  }

  @Override
  public void onClosed(Link link, String reason) {
    actor.tell(wrap.apply(new LinkEvent.Closed(link, reason)));
  }

  @Override
  public void onUnreachable(LinkAddress peer, TransportException reason) {
    failure.failed(
        RoleFailure.Cause.UNREACHABLE,
        dialled.getOrDefault(peer, "peer") + ": " + reason.getMessage());
  }

  @Override
  public void onDown(TransportException reason) {
    failure.failed(RoleFailure.Cause.TRANSPORT, reason.getMessage());
  }
}
