// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.share.Share;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;

/**
 * Starts the session actors of a party: of requests whose share its client has sent, and, if the
 * client is party 1 itself, at party 0 of those that the client has numbered. That client keeps its
 * input, so that the share of party 0 is zero, and nobody sends it. Owned by the party's actor.
 */
final class Sessions {
  private final ActorContext<Party.Command> context;
  private final PartySettings settings;
  private final Session.Common common;

  Sessions(ActorContext<Party.Command> context, PartySettings settings) {
    this.context = context;
    this.settings = settings;
    Session.Answer answer =
        !settings.model().clientIsParty1()
            ? Session.Answer.SHARE
            : settings.partyId() == 0 ? Session.Answer.TO_PEER : Session.Answer.WHOLE;
    common =
        new Session.Common(
            settings.model().plan().ring(),
            answer,
            context.getSelf(),
            settings.counters(),
            settings.nanoClock());
  }

  /** Starts a session with the share that its client has sent. */
  RequestTable.Arrival start(Link client, LinkMessage.InputShare share) {
    NetworkPlan plan = settings.model().plan();
    List<Share> inputs = plan.ring().shares(plan.inputShape(), share.words());
    return start(client, share.request(), share.timeoutMs(), inputs);
  }

  /** Starts a session of party 0 for a client that is its peer. */
  RequestTable.Arrival startForPeer(Link peer, LinkMessage.SessionOpen open) {
    NetworkPlan plan = settings.model().plan();
    Shape shape = plan.inputShape();
    List<Share> zeros = new ArrayList<>(open.imageCount());
    for (int image = 0; image < open.imageCount(); image++) {
      zeros.add(plan.ring().share(shape, new int[plan.inputWordCount()]));
    }
    return start(peer, open.request(), open.timeoutMs(), zeros);
  }

  private RequestTable.Arrival start(
      Link client, RequestId request, long askedMs, List<Share> inputs) {
    long timeoutMs = Math.max(1, Math.min(askedMs, PartyLimits.MAX_TIMEOUT_MS));
    ActorRef<Session.Command> session =
        context.spawnAnonymous(
            Session.create(common, new Session.Task(request, client, inputs, timeoutMs)));
    context.watchWith(session, new Party.SessionDied(session));
    return new RequestTable.Arrival(session, client, ClientKey.of(client), timeoutMs);
  }
}
