// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.actors.InferenceException;
import io.pascaline.actors.InferenceResult;
import io.pascaline.actors.ServiceLimits;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerSettings;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.link.LinkEvents;
import io.pascaline.actors.link.WireLimits;
import io.pascaline.actors.party.InputGate;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.sim.compute.CostModel;
import io.pascaline.sim.compute.ModelledNode;
import io.pascaline.sim.network.Endpoint;
import io.pascaline.sim.network.SimulatedNetwork;
import io.pascaline.sim.time.Attendant;
import io.pascaline.sim.time.VirtualActorSystem;
import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.Trace;
import io.pascaline.transport.link.LinkMessage;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** All roles of one simulation. For the simulation's thread. */
final class SimulatedDeployment implements AutoCloseable {
  /** Virtual: long enough for any dealer that gets anywhere. */
  private static final Duration READY_TIMEOUT = Duration.ofDays(1);

  private static final int MIN_MAX_SESSIONS = 16;

  private final SimulationSettings settings;
  private final int maxSessions;
  private final ServiceLimits limits;
  private final NetworkPlan plan;
  private final CostModel costs;
  private final VirtualTime time = new VirtualTime();
  private final Trace trace = new Trace();
  private final List<PartyCounters> counters = List.of(new PartyCounters(), new PartyCounters());
  private final Map<String, Attendant> attendants = new HashMap<>();
  private final VirtualActorSystem system;
  private final long beganNs = System.nanoTime();
  private Roles roles;
  private String fatal;

  private record Roles(
      ActorRef<Dealer.Command> dealer,
      List<ActorRef<Party.Command>> parties,
      ActorRef<Client.Command> client) {}

  SimulatedDeployment(CompiledNetwork network, SimulationSettings settings) {
    this(
        network,
        settings,
        Math.max(MIN_MAX_SESSIONS, settings.inferences()),
        ServiceLimits.defaults());
  }

  /** The same with parties that may be asked for too much. */
  SimulatedDeployment(
      CompiledNetwork network, SimulationSettings settings, int maxSessions, ServiceLimits limits) {
    this.settings = settings;
    this.maxSessions = maxSessions;
    this.limits = limits.forOnlyClient();
    plan = network.plan();
    costs = settings.costs().apply(plan);
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network, random);
    CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
    byte[] digest = plan.digest();
    LinkMessage.Hello[] hellos = {
      Hellos.party(0, digest, shares[0].sharingId()), Hellos.party(1, digest, shares[1].sharingId())
    };
    system = new VirtualActorSystem(time, guardian(shares, keys, hellos));
    time.runUntil(() -> roles != null);
    connect(hellos, digest);
  }

  private Behavior<Void> guardian(
      ModelShare[] shares, CorrelationKey[] keys, LinkMessage.Hello[] hellos) {
    ModelledNode shared = node();
    boolean isShared = settings.layout() == Layout.SHARED;
    return Behaviors.setup(
        context -> {
          List<ActorRef<Party.Command>> parties = new ArrayList<>();
          if (isShared) {
            attendant("client", shared);
          }
          for (int party = 0; party < shares.length; party++) {
            ModelledNode node = isShared ? shared : node();
            PartySettings party0or1 =
                new PartySettings(
                    shares[party],
                    keys[party],
                    hellos[party].nonce(),
                    node.computeOf(hellos[party].name(), 1, attendant(hellos[party].name(), node)),
                    settings.precomputedCorrelations(),
                    maxSessions,
                    limits,
                    RoleState.inMemory(),
                    new InputGate(Integer.MAX_VALUE, 1, counters.get(party)),
                    time::nowNs,
                    this::fail,
                    counters.get(party));
            parties.add(context.spawn(Party.create(party0or1), "party" + party));
          }
          ModelledNode dealersNode = isShared ? shared : node();
          Compute dealing =
              dealersNode.computeOf(
                  "dealer", settings.dealerSpeed(), attendant("dealer", dealersNode));
          DealerSettings dealer =
              new DealerSettings(
                  plan, keys[0], keys[1], dealing, settings.coresPerMachine(), this::fail);
          roles =
              new Roles(
                  context.spawn(Dealer.create(dealer), "dealer"),
                  parties,
                  context.spawn(
                      Client.create(
                          plan,
                          settings.requestTimeoutMs(),
                          new ClientCounters(),
                          this::fail,
                          time::nowNs),
                      "client"));
          return Behaviors.empty();
        });
  }

  private Attendant attendant(String role, ModelledNode node) {
    return attendants.computeIfAbsent(role, name -> new Attendant(time, node::disturb));
  }

  private ModelledNode node() {
    return new ModelledNode(time, costs, trace, settings.coresPerMachine());
  }

  private void fail(String detail) {
    if (fatal == null) {
      fatal = detail;
    }
  }

  /** As real nodes do: parties dial the dealer, party 1 dials party 0, the client both. */
  private void connect(LinkMessage.Hello[] hellos, byte[] digest) {
    SimulatedNetwork network =
        new SimulatedNetwork(
            time, settings.network(), trace, settings.seed(), WireLimits.maxQueuedBytes(plan));
    Endpoint dealer = endpoint(Hellos.dealer(digest), roles.dealer(), Dealer.OnLink::new);
    Endpoint client = endpoint(Hellos.client(digest), roles.client(), Client.OnLink::new);
    Endpoint party0 = endpoint(hellos[0], roles.parties().get(0), Party.OnLink::new);
    Endpoint party1 = endpoint(hellos[1], roles.parties().get(1), Party.OnLink::new);
    network.connect(party0, dealer);
    network.connect(party1, dealer);
    network.connect(party1, party0);
    network.connect(client, party0);
    network.connect(client, party1);
  }

  private <C> Endpoint endpoint(
      LinkMessage.Hello hello, ActorRef<C> actor, Function<LinkEvent, C> wrap) {
    return new Endpoint(
        hello,
        new LinkEvents<>(actor, wrap, this::fail, Map.of()),
        attendants.computeIfAbsent(hello.name(), name -> new Attendant(time, ns -> {})),
        costs::messageNs);
  }

  SimulationResult run(List<float[]> inputs) {
    awaitParties();
    awaitReady();
    long readyNs = time.nowNs();
    SimulatedAnswer[] answers = new SimulatedAnswer[settings.inferences()];
    for (int i = 0; i < answers.length; i++) {
      int number = i;
      float[] input = inputs.get(i % inputs.size());
      time.after(i * settings.intervalNs(), () -> ask(number, input, answers));
    }
    runUntil(
        () -> {
          for (SimulatedAnswer answer : answers) {
            if (answer == null) {
              return false;
            }
          }
          return true;
        });
    return new SimulationResult(
        plan,
        settings,
        costs.describe(),
        costs.reproducible(),
        List.of(answers),
        readyNs,
        time.nowNs(),
        List.of(counters.get(0).traffic(0), counters.get(1).traffic(1)),
        trace,
        System.nanoTime() - beganNs);
  }

  PartyCounters counters(int party) {
    return counters.get(party);
  }

  private void awaitParties() {
    CompletableFuture<Void> connected = new CompletableFuture<>();
    roles.client().tell(new Client.AwaitParties(connected));
    runUntil(connected::isDone);
  }

  private void awaitReady() {
    if (settings.readyAhead() == 0) {
      return;
    }
    CompletableFuture<?> ready =
        CompletableFuture.allOf(
            roles.parties().stream()
                .map(
                    party ->
                        AskPattern.<Party.Command, Done>ask(
                                party,
                                replyTo -> new Party.AwaitReady(settings.readyAhead(), replyTo),
                                READY_TIMEOUT,
                                system.system().scheduler())
                            .toCompletableFuture())
                .toArray(CompletableFuture<?>[]::new));
    runUntil(ready::isDone);
    if (ready.isCompletedExceptionally()) {
      throw new SimulationException(
          "no correlations were ready within a virtual day: check outages and the dealer's speed");
    }
  }

  private void ask(int number, float[] input, SimulatedAnswer[] answers) {
    long askedNs = time.nowNs();
    CompletableFuture<InferenceResult> result = new CompletableFuture<>();
    result.whenComplete(
        (value, failure) -> answers[number] = answer(number, askedNs, value, failure));
    roles.client().tell(new Client.Infer(plan.encodeInput(input), result));
  }

  private SimulatedAnswer answer(
      int number, long askedNs, InferenceResult value, Throwable failure) {
    long latencyNs = time.nowNs() - askedNs;
    if (value != null) {
      return new SimulatedAnswer(number, askedNs, latencyNs, value, null, null);
    }
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof InferenceException refused) {
      return new SimulatedAnswer(
          number, askedNs, latencyNs, null, refused.reason(), refused.getMessage());
    }
    throw new SimulationException("a request ended unexpectedly: " + cause);
  }

  private void runUntil(BooleanSupplier condition) {
    boolean met = time.runUntil(() -> fatal != null || condition.getAsBoolean());
    if (fatal != null) {
      throw new SimulationException(fatal);
    }
    if (!met) {
      throw new SimulationException(
          "everything stands still: an outage without end may have cut a link before it opened");
    }
  }

  @Override
  public void close() {
    system.close();
  }
}
