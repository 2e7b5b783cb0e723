// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateException;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;

/**
 * Party 0 for many clients. Each link of a client has a party of its own, with its epoch, keys,
 * layers and sessions; all have the same packed weights. A party ends with its link, and everything
 * of its epoch with it. What fails in one party concerns its client alone.
 */
public final class Server extends AbstractBehavior<Server.Command> {
  /** How long the party of a client that has left may take to end its sessions. */
  private static final Duration PARTY_ENDS_WITHIN = Duration.ofSeconds(30);

  private final ServerSettings settings;
  private final ServerSettings.PartyFactory factory;
  private final Duration drainTimeout;
  private final Map<ClientPair, ActorRef<Party.Command>> parties = new LinkedHashMap<>();
  private final List<ActorRef<Done>> drainWaiters = new ArrayList<>();
  private final Set<ClientPair> draining = new HashSet<>();
  private boolean isDraining;
  private int started;

  /** What a server is told. */
  public sealed interface Command {}

  /** A client's link opened; the dealer's, and an epoch's announcement, may be there already. */
  record Joined(ClientPair pair, Link dealerOrNull, LinkMessage.EpochStart announcedOrNull)
      implements Command {}

  /** Something happened that is for the party of one client. */
  record OnPair(ClientPair pair, LinkEvent event) implements Command {}

  /** A client's link closed; the dealer's may be there. */
  record Parted(ClientPair pair, Link dealerOrNull, String reason) implements Command {}

  /** The dealer's link opened or closed, as the party of each client sees it. */
  record OnDealer(boolean isConnected, Map<ClientPair, LinkEvent> events) implements Command {}

  /** The dealer will not work with this server. */
  record DealerRefused(LinkMessage.Failure failure) implements Command {}

  /** Nothing happened that concerns anybody. */
  enum Nothing implements Command {
    INSTANCE
  }

  /**
   * Asks to take no new request and to let those that it has taken finish.
   *
   * @param replyTo told once none is left
   */
  public record Drain(ActorRef<Done> replyTo) implements Command {}

  /** The party of a client has nothing in flight, or has taken too long. */
  private record Drained(ClientPair pair) implements Command {}

  /** The party of a link that has closed has ended all that it had. */
  private record Left(ClientPair pair) implements Command {}

  private record Ended(ClientPair pair) implements Command {}

  /**
   * Creates a server; what happens at its links must come through {@link ServerLinks}.
   *
   * @param settings what it works with
   */
  public static Behavior<Command> create(ServerSettings settings) {
    return create(settings, settings.factory());
  }

  static Behavior<Command> create(ServerSettings settings, ServerSettings.PartyFactory factory) {
    return Behaviors.setup(context -> new Server(context, settings, factory));
  }

  private Server(
      ActorContext<Command> context, ServerSettings settings, ServerSettings.PartyFactory factory) {
    super(context);
    this.settings = settings;
    this.factory = factory;
    drainTimeout = Duration.ofMillis(settings.capacity().limits().drainTimeoutMs());
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnPair.class, this::onPair)
        .onMessage(Joined.class, this::onJoined)
        .onMessage(Parted.class, this::onParted)
        .onMessage(OnDealer.class, this::onDealer)
        .onMessage(DealerRefused.class, this::onDealerRefused)
        .onMessage(Nothing.class, nothing -> this)
        .onMessage(Left.class, this::onLeft)
        .onMessage(Ended.class, this::onEnded)
        .onMessage(Drain.class, this::onDrain)
        .onMessage(Drained.class, this::onDrained)
        .build();
  }

  private Behavior<Command> onJoined(Joined message) {
    ClientPair pair = message.pair();
    String client = pair.client().peerIdentity();
    for (ClientPair other : parties.keySet()) {
      if (Objects.equals(other.client().peerIdentity(), client)) {
        other.client().close(); // One epoch at a time: its state is the same.
      }
    }
    RoleState state;
    try {
      state = settings.states().apply(client);
    } catch (StateException unusable) {
      settings.fatal().accept(unusable.getMessage());
      return this;
    }
    started++;
    ActorRef<Party.Command> party =
        getContext()
            .spawn(
                factory.party(pair.routes(), state, settings.counters().of(client)),
                "client-" + started);
    getContext().watchWith(party, new Ended(pair));
    parties.put(pair, party);
    settings.counters().connected(parties.size());
    if (isDraining) {
      drain(pair); // Before its link opens: it must not take a request.
    }
    tell(pair, new LinkEvent.Opened(pair.client()));
    if (message.dealerOrNull() != null) {
      tell(pair, new LinkEvent.Opened(message.dealerOrNull()));
      if (message.announcedOrNull() != null) {
        pair.unread().entered();
        tell(pair, new LinkEvent.Received(message.dealerOrNull(), message.announcedOrNull()));
      }
    }
    return this;
  }

  private Behavior<Command> onPair(OnPair message) {
    tell(message.pair(), message.event());
    return this;
  }

  private void tell(ClientPair pair, LinkEvent event) {
    ActorRef<Party.Command> party = parties.get(pair);
    if (party != null) {
      party.tell(new Party.OnLink(event));
    }
  }

  /** Lets what a party has in flight finish, for a time; says then what comes of it. */
  private void drain(ActorRef<Party.Command> party, Duration timeout, Command then) {
    getContext().ask(Done.class, party, timeout, Party.Drain::new, (done, late) -> then);
  }

  private Behavior<Command> onParted(Parted message) {
    ActorRef<Party.Command> party = parties.get(message.pair());
    if (party != null) {
      Link client = message.pair().client();
      party.tell(Party.Closing.INSTANCE); // That a client leaves is no fault.
      tell(message.pair(), new LinkEvent.Closed(client, message.reason()));
      if (message.dealerOrNull() != null) {
        tell(message.pair(), new LinkEvent.Closed(message.dealerOrNull(), message.reason()));
      }
      drain(party, PARTY_ENDS_WITHIN, new Left(message.pair()));
    }
    return this;
  }

  private Behavior<Command> onLeft(Left message) {
    ActorRef<Party.Command> party = parties.remove(message.pair());
    settings.counters().connected(parties.size());
    if (party != null) {
      getContext().unwatch(party);
      getContext().stop(party);
    }
    return onDrained(new Drained(message.pair()));
  }

  private Behavior<Command> onEnded(Ended message) {
    if (parties.remove(message.pair()) != null) {
      settings.counters().connected(parties.size());
      getContext()
          .getLog()
          .error("the party of {} has failed: its link closes", message.pair().client());
      message.pair().client().close();
    }
    return onDrained(new Drained(message.pair()));
  }

  private Behavior<Command> onDealer(OnDealer message) {
    settings.counters().dealerConnected(message.isConnected());
    message.events().forEach(this::tell);
    return this;
  }

  private Behavior<Command> onDealerRefused(DealerRefused message) {
    if (message.failure().code() != FailureCode.NOT_READY) {
      settings.fatal().accept(message.failure().detail());
    }
    return this;
  }

  private Behavior<Command> onDrain(Drain message) {
    drainWaiters.add(message.replyTo());
    if (!isDraining) {
      isDraining = true;
      parties.keySet().forEach(this::drain);
    }
    return answerDrain();
  }

  private void drain(ClientPair pair) {
    ActorRef<Party.Command> party = parties.get(pair);
    draining.add(pair);
    party.tell(Party.Closing.INSTANCE);
    drain(party, drainTimeout, new Drained(pair));
  }

  private Behavior<Command> onDrained(Drained message) {
    draining.remove(message.pair());
    return answerDrain();
  }

  private Behavior<Command> answerDrain() {
    if (isDraining && draining.isEmpty()) {
      drainWaiters.forEach(waiter -> waiter.tell(Done.getInstance()));
      drainWaiters.clear();
    }
    return this;
  }
}
