// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.ClientSettings;
import io.pascaline.actors.client.Retries;
import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerKeys;
import io.pascaline.actors.dealer.DealerSettings;
import io.pascaline.actors.dealer.DealingCapacity;
import io.pascaline.actors.dealer.PairDealer;
import io.pascaline.actors.dealer.PairDealerSettings;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.link.InboundFilter;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.party.InputGate;
import io.pascaline.actors.party.LayerRoutes;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyInbound;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.server.Server;
import io.pascaline.actors.server.ServerLinks;
import io.pascaline.actors.server.ServerSettings;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.security.SecureRandom;
import java.util.Map;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;

/**
 * A role that is ready to be put anywhere: in a process of its own, with the others in one, on
 * simulated links or on links in memory. Whoever runs it starts {@link #behavior}, gives the links'
 * events to {@link #listener}, and introduces it by {@link #hello}.
 *
 * @param hello what the role says of itself, fresh at each start
 * @param behavior its actor
 * @param onLink makes the actor's command of a link's event
 * @param filter stands before the actor's mailbox
 * @param failure told once when the role cannot serve any more
 * @param <C> the actor's command type
 */
public record RoleAssembly<C>(
    LinkMessage.Hello hello,
    Behavior<C> behavior,
    Function<LinkEvent, C> onLink,
    InboundFilter filter,
    FirstFailure failure) {
  /** Messages of one client that a server may not have read, beside openings. */
  private static final int MIN_UNREAD = 64;

  /**
   * What a role works with, wherever it runs.
   *
   * @param compute where arithmetic runs
   * @param state what it keeps of its use of correlations
   * @param nanoClock what times and rates are measured with, in nanoseconds
   * @param failure told once when the role cannot serve any more
   * @param draws chooses the sessions that a party uses to check its dealer
   */
  public record Resources(
      Compute compute,
      RoleState state,
      LongSupplier nanoClock,
      FirstFailure failure,
      RandomGenerator draws) {
    /** Uses the system's clock and unpredictable draws. */
    public Resources(Compute compute, RoleState state, FirstFailure failure) {
      this(compute, state, System::nanoTime, failure, new SecureRandom());
    }
  }

  /**
   * Assembles a party.
   *
   * @param model its share of the model
   * @param dealerKey the key it shares with the dealer
   * @param capacity how much it takes at a time
   * @param kernel packs its weights; several parties of a process may share one
   * @param resources what it works with
   * @param counters what it counts
   */
  public static RoleAssembly<Party.Command> party(
      ModelShare model,
      DealingKey dealerKey,
      PartyCapacity capacity,
      LinearKernel kernel,
      Resources resources,
      PartyCounters counters) {
    LinkMessage.Hello hello =
        Hellos.party(
            model.partyId(), model.plan().digest(), model.sharingId(), capacity.maxBatch());
    InputGate gate =
        new InputGate(
            model.plan().inputWordCount(),
            hello.maxBatch(),
            capacity.maxRequests(),
            capacity.clientQuota()::sessions,
            capacity.limits().retryAfterMs(),
            counters);
    PartyInbound inbound = new PartyInbound(new LayerRoutes(), gate);
    PartySettings settings =
        new PartySettings(
            new PartySettings.Identity(model, dealerKey, hello.nonce()),
            capacity,
            new Arithmetic(resources.compute(), kernel),
            resources.state(),
            inbound,
            resources.nanoClock(),
            resources.failure(),
            counters,
            resources.draws());
    return new RoleAssembly<>(
        hello, Party.create(settings), Party.OnLink::new, inbound, resources.failure());
  }

  /**
   * Assembles a dealer.
   *
   * @param plan the public plan
   * @param keys that it shares with the parties
   * @param capacity how much it deals at a time
   * @param resources what it works with
   * @param counters what it counts
   */
  public static RoleAssembly<Dealer.Command> dealer(
      NetworkPlan plan,
      DealerKeys keys,
      DealingCapacity capacity,
      Resources resources,
      DealerCounters counters) {
    DealerSettings settings =
        new DealerSettings(
            plan,
            keys,
            resources.compute(),
            capacity,
            DealerSettings.Pace.unlimited(),
            resources.state(),
            resources.failure(),
            counters);
    return open(
        Hellos.dealer(plan.digest()),
        Dealer.create(settings),
        Dealer.OnLink::new,
        resources.failure());
  }

  /**
   * Assembles a server, which is party 0 for clients that are party 1.
   *
   * @param hello what it says of itself
   * @param settings what it works with
   * @param failure told once when it cannot serve any more
   */
  static RoleAssembly<Server.Command> server(
      LinkMessage.Hello hello, ServerSettings settings, FirstFailure failure) {
    int steps = settings.model().plan().steps().size();
    // A session's openings may all wait in the mailbox behind one another.
    ServerLinks links =
        new ServerLinks(
            MIN_UNREAD + 2 * settings.capacity().maxSessions() * (2 + steps),
            hello.maxBatch(),
            PartySettings.earlyWordsOfClient(settings.model().plan(), hello.maxBatch()));
    return new RoleAssembly<>(hello, Server.create(settings), links::command, links, failure);
  }

  /**
   * Assembles the dealer of a server and its clients.
   *
   * @param settings what it works with
   * @param failure told once when it cannot deal any more
   */
  static RoleAssembly<PairDealer.Command> pairDealer(
      PairDealerSettings settings, FirstFailure failure) {
    return new RoleAssembly<>(
        Hellos.dealer(settings.plan().digest()),
        PairDealer.create(settings),
        PairDealer.OnLink::new,
        PairDealer.filter(),
        failure);
  }

  /**
   * Assembles a client. It needs no compute threads and keeps nothing.
   *
   * @param plan the public plan
   * @param timeoutMs deadline of each request that brings none
   * @param retries when requests are repeated
   * @param nanoClock what latencies are measured with, in nanoseconds
   * @param failure told once when the parties will never serve this client
   * @param counters what it counts
   */
  public static RoleAssembly<Client.Command> client(
      NetworkPlan plan,
      long timeoutMs,
      Retries retries,
      LongSupplier nanoClock,
      FirstFailure failure,
      ClientCounters counters) {
    return client(
        new ClientSettings(
            plan,
            ClientSettings.Asked.BOTH_PARTIES,
            timeoutMs,
            retries,
            nanoClock,
            counters,
            failure),
        failure);
  }

  /**
   * Assembles a client that is party 1 itself: it asks that party alone, over a link in its
   * process.
   *
   * @param plan the public plan
   * @param timeoutMs deadline of each request that brings none
   * @param retries when requests are repeated
   * @param failure told once when the party will never serve this client
   * @param counters what it counts
   */
  public static RoleAssembly<Client.Command> clientOfItsParty(
      NetworkPlan plan,
      long timeoutMs,
      Retries retries,
      FirstFailure failure,
      ClientCounters counters) {
    return client(
        new ClientSettings(
            plan,
            ClientSettings.Asked.OWN_PARTY,
            timeoutMs,
            retries,
            System::nanoTime,
            counters,
            failure),
        failure);
  }

  private static RoleAssembly<Client.Command> client(
      ClientSettings settings, FirstFailure failure) {
    return open(
        Hellos.client(settings.plan().digest()),
        Client.create(settings),
        Client.OnLink::new,
        failure);
  }

  private static <C> RoleAssembly<C> open(
      LinkMessage.Hello hello,
      Behavior<C> behavior,
      Function<LinkEvent, C> onLink,
      FirstFailure failure) {
    return new RoleAssembly<>(hello, behavior, onLink, InboundFilter.ALL, failure);
  }

  /**
   * Returns what brings the links' events to the role's actor.
   *
   * @param actor the running actor
   * @param dialled whom the role dials, by name such as {@code dealer}
   */
  public LinkListener listener(ActorRef<C> actor, Map<LinkAddress, String> dialled) {
    return new LinkEvents<>(actor, onLink, failure, dialled, filter);
  }
}
