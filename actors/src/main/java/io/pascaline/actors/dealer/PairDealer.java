// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.link.InboundFilter;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.RefusalLog;
import io.pascaline.actors.link.ShareCounters;
import io.pascaline.actors.link.SharedLink;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateException;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deals for a server, which is party 0, and each of its clients, which is party 1 of a pair with
 * it: one {@link Dealer} for each link of a client. All of them use the one link of the server,
 * whose messages name the epoch. The key of a client comes from its sealed link.
 */
public final class PairDealer extends AbstractBehavior<PairDealer.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(PairDealer.class);

  private final PairDealerSettings settings;
  private final Map<Link, Pair> pairs = new LinkedHashMap<>();

  /** What is kept of a client, by its identity. */
  private final Map<String, Account> accounts = new HashMap<>();

  private final RefusalLog refusals = new RefusalLog(System::nanoTime);
  private Link server;
  private int started;

  /** What a dealer is told. */
  public sealed interface Command {}

  /**
   * Something happened at a link.
   *
   * @param event what
   */
  public record OnLink(LinkEvent event) implements Command {}

  /** The dealer of a pair has failed. */
  private record Ended(Link client) implements Command {}

  private record Account(RoleState state, DealingQuota quota) {}

  /** A client, its dealer, and the server's link as that sees it. */
  private static final class Pair {
    private final Link client;
    private final ActorRef<Dealer.Command> dealer;
    private ServerLink server;

    Pair(Link client, ActorRef<Dealer.Command> dealer) {
      this.client = client;
      this.dealer = dealer;
    }

    void tell(LinkEvent event) {
      dealer.tell(new Dealer.OnLink(event));
    }
  }

  /** The server, as the dealer of one pair sees it. */
  private static final class ServerLink extends SharedLink {
    private static final LinkCounters NOTHING = new ShareCounters();

    /** The epoch that the server knows of, or none; written by the pair's dealer. */
    private volatile long epoch = LinkMessage.NO_EPOCH;

    ServerLink(Link server) {
      super(server);
    }

    /** Counts nothing: the link itself does. */
    @Override
    public LinkCounters counters() {
      return NOTHING;
    }

    @Override
    public boolean send(LinkMessage message) {
      if (message instanceof LinkMessage.EpochStart start) {
        epoch = start.epoch(); // Before the server can answer.
      }
      return super.send(message);
    }
  }

  /**
   * Creates a dealer; link events must be sent to it as {@link OnLink}.
   *
   * @param settings what it works with
   */
  public static Behavior<Command> create(PairDealerSettings settings) {
    return Behaviors.setup(context -> new PairDealer(context, settings));
  }

  /**
   * Returns what stands before the mailbox of a dealer. The link of a client that sends what no
   * client sends to a dealer closes, with a reason.
   */
  public static InboundFilter filter() {
    RefusalLog refusals = new RefusalLog(System::nanoTime);
    return (link, message) -> {
      boolean isAllowed =
          link.peerHello().partyId() == 0
              || message instanceof LinkMessage.Credit
              || message instanceof LinkMessage.Failure;
      if (!isAllowed && link.isOpen()) {
        String detail = "the client sent its dealer a " + message.kind();
        refusals.refused(LOG, link.peerIdentity(), detail);
        link.send(new LinkMessage.Failure(FailureCode.MALFORMED, detail));
        link.close();
      }
      return isAllowed;
    };
  }

  private PairDealer(ActorContext<Command> context, PairDealerSettings settings) {
    super(context);
    this.settings = settings;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(OnLink.class, this::onLink)
        .onMessage(Ended.class, this::onEnded)
        .build();
  }

  private Behavior<Command> onLink(OnLink message) {
    message.event().dispatch(this::onOpened, this::onReceived, this::onClosed);
    return this;
  }

  private void onOpened(Link link) {
    LinkMessage.Hello hello = link.peerHello();
    LinkMessage.Failure refusal = Dealer.refusalOrNull(hello, settings.plan());
    if (refusal != null) {
      refusals.refused(getContext().getLog(), link.peerName(), refusal.detail());
      link.send(refusal);
      link.close();
    } else if (hello.partyId() == 0) {
      if (server != null && server != link) {
        server.close();
      }
      pairs.values().forEach(this::leave);
      server = link;
      settings.counters().linkOpened(link);
      pairs.values().forEach(this::join);
    } else {
      onClient(link);
    }
  }

  private void onClient(Link client) {
    String identity = client.peerIdentity();
    for (Link other : pairs.keySet()) {
      if (Objects.equals(other.peerIdentity(), identity)) {
        other.close(); // One epoch at a time: its state is the same.
      }
    }
    Account account;
    try {
      account = accounts.computeIfAbsent(identity, this::open);
    } catch (StateException unusable) {
      settings.fatal().accept(unusable.getMessage());
      return;
    }
    started++;
    ActorRef<Dealer.Command> dealer =
        getContext()
            .spawn(
                Dealer.create(
                    settings.ofPair(
                        DealingKey.ofLink().over(client), account.state(), account.quota())),
                "pair-" + started);
    getContext().watchWith(dealer, new Ended(client));
    Pair pair = new Pair(client, dealer);
    pairs.put(client, pair);
    pair.tell(new LinkEvent.Opened(client));
    if (server != null) {
      join(pair);
    }
  }

  private Account open(String identity) {
    return new Account(
        settings.states().apply(identity),
        new DealingQuota(settings.inferencesPerMinute(), System::nanoTime));
  }

  private void join(Pair pair) {
    pair.server = new ServerLink(server);
    pair.tell(new LinkEvent.Opened(pair.server));
  }

  private void leave(Pair pair) {
    if (pair.server != null) {
      pair.tell(new LinkEvent.Closed(pair.server, "the server is gone"));
      pair.server = null;
    }
  }

  private void onReceived(Link link, LinkMessage message) {
    if (link == server) {
      onServer(message);
    } else if (pairs.containsKey(link)) {
      pairs.get(link).tell(new LinkEvent.Received(link, message));
    }
  }

  /** The server says which client it means by its epoch, or, of a lost one, by its nonce. */
  private void onServer(LinkMessage message) {
    for (Pair pair : pairs.values()) {
      if (pair.server == null) {
        continue;
      }
      if (message instanceof LinkMessage.Credit credit && credit.epoch() == pair.server.epoch) {
        pair.tell(new LinkEvent.Received(pair.server, message));
        return;
      }
      if (message instanceof LinkMessage.EpochStart lost
          && Arrays.equals(lost.party1Nonce(), pair.client.peerHello().nonce())) {
        pair.tell(
            new LinkEvent.Received(
                pair.server,
                new LinkMessage.Failure(FailureCode.NOT_READY, "the server lost the epoch")));
        return;
      }
    }
    settings.counters().messageIgnored();
  }

  private void onClosed(Link link, String reason) {
    if (link == server) {
      server = null;
      settings.counters().linkClosed(link);
      pairs.values().forEach(this::leave);
    } else if (pairs.containsKey(link)) {
      Pair pair = pairs.remove(link);
      getContext().unwatch(pair.dealer);
      leave(pair);
      pair.tell(new LinkEvent.Closed(link, reason));
      pair.dealer.tell(Dealer.End.INSTANCE);
    }
  }

  private Behavior<Command> onEnded(Ended message) {
    getContext().getLog().error("the dealer of {} has failed", message.client().peerName());
    message.client().close();
    return this;
  }
}
