// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.Retries;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerKeys;
import io.pascaline.actors.dealer.DealingCapacity;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.FirstFailure;
import io.pascaline.actors.role.RoleAssembly;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.role.WireLimits;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.kernel.LinearKernels;
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
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** All roles of one simulation. For the simulation's thread. */
final class SimulatedDeployment implements AutoCloseable {
  /** Virtual: long enough for any dealer that gets anywhere. */
  private static final Duration READY_TIMEOUT = Duration.ofDays(1);

  private static final int MIN_MAX_SESSIONS = 16;

  private final SimulationSettings settings;
  private final int maxSessions;
  private final PartyLimits limits;
  private final NetworkPlan plan;
  private final CostModel costs;
  private final VirtualTime time;
  private final Trace trace = new Trace();
  private final List<PartyCounters> counters = List.of(new PartyCounters(), new PartyCounters());
  private final Map<String, Attendant> attendants = new HashMap<>();
  private final VirtualActorSystem system;

  /** Chooses the sessions that are used to check the dealer, the same in each run. */
  private final SplittableRandom draws;

  private final long beganNs = System.nanoTime();
  private final FirstFailure failure = new FirstFailure();

  /** The machine that all roles are on; null if each has its own. */
  private final ModelledNode sharedNodeOrNull;

  private final Roles roles;

  /** A running role. */
  private record Running<C>(RoleAssembly<C> role, ActorRef<C> actor) {
    static <C> Running<C> spawn(ActorContext<Void> context, RoleAssembly<C> role, String name) {
      return new Running<>(role, context.spawn(role.behavior(), name));
    }
  }

  private record Roles(
      Running<Dealer.Command> dealer,
      List<Running<Party.Command>> parties,
      Running<Client.Command> client) {}

  SimulatedDeployment(CompiledNetwork network, SimulationSettings settings) {
    this(
        network,
        settings,
        Math.max(MIN_MAX_SESSIONS, settings.inferences()),
        PartyLimits.defaults(),
        new VirtualTime());
  }

  /** The same with parties that may be asked for too much, on a clock that others may share. */
  SimulatedDeployment(
      CompiledNetwork network,
      SimulationSettings settings,
      int maxSessions,
      PartyLimits limits,
      VirtualTime time) {
    this.time = time;
    this.settings = settings;
    this.maxSessions = maxSessions;
    this.limits =
        limits.toBuilder()
            .maxBatch(settings.batch())
            .dealerCheckEvery(settings.dealerCheckEvery())
            .build()
            .forOnlyClient();
    draws = new SplittableRandom(settings.seed());
    plan = network.plan();
    costs = settings.costs().apply(plan);
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network, random);
    CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
    sharedNodeOrNull = settings.layout() == Layout.SHARED ? newNode() : null;
    CompletableFuture<Roles> spawned = new CompletableFuture<>();
    system = new VirtualActorSystem(time, guardian(shares, keys, spawned));
    try {
      if (!time.runUntil(spawned::isDone)) {
        throw new SimulationException("the roles have not started: the actor system has ended");
      }
      roles = spawned.join();
      connect();
    } catch (RuntimeException | Error failed) {
      system.close();
      throw failed;
    }
  }

  private Behavior<Void> guardian(
      ModelShare[] shares, CorrelationKey[] keys, CompletableFuture<Roles> spawned) {
    return Behaviors.setup(
        context -> {
          try {
            spawned.complete(spawn(context, shares, keys));
          } catch (RuntimeException | Error failed) {
            spawned.completeExceptionally(failed);
          }
          return Behaviors.empty();
        });
  }

  private Roles spawn(ActorContext<Void> context, ModelShare[] shares, CorrelationKey[] keys) {
    List<Running<Party.Command>> parties = new ArrayList<>();
    for (int id = 0; id < shares.length; id++) {
      parties.add(Running.spawn(context, party(id, shares[id], keys[id]), "party" + id));
    }
    return new Roles(
        Running.spawn(context, dealer(keys), "dealer"),
        parties,
        Running.spawn(context, client(), "client"));
  }

  private RoleAssembly<Party.Command> party(int id, ModelShare share, CorrelationKey key) {
    PartyCapacity capacity =
        RuntimeSettings.builder()
            .precomputedCorrelations(settings.precomputedCorrelations())
            .maxSessions(maxSessions)
            .limits(limits)
            .build()
            .capacity(Precomputation.of(settings.precomputedCorrelations()));
    return RoleAssembly.party(
        share,
        DealingKey.of(key),
        capacity,
        LinearKernels.best(),
        resources("party " + id, 1),
        counters.get(id));
  }

  private RoleAssembly<Dealer.Command> dealer(CorrelationKey[] keys) {
    return RoleAssembly.dealer(
        plan,
        new DealerKeys(keys[0], keys[1]),
        new DealingCapacity(settings.coresPerMachine(), Long.MAX_VALUE),
        resources("dealer", settings.dealerSpeed()),
        new DealerCounters());
  }

  private RoleAssembly<Client.Command> client() {
    if (sharedNodeOrNull != null) {
      attendant("client", sharedNodeOrNull);
    }
    return RoleAssembly.client(
        plan,
        settings.requestTimeoutMs(),
        Retries.ofRefusals(),
        time::nowNs,
        failure,
        new ClientCounters());
  }

  private RoleAssembly.Resources resources(String role, double speed) {
    ModelledNode node = sharedNodeOrNull == null ? newNode() : sharedNodeOrNull;
    Compute compute = node.computeOf(role, speed, attendant(role, node));
    return new RoleAssembly.Resources(
        compute, RoleState.inMemory(), time::nowNs, failure, draws.split());
  }

  private Attendant attendant(String role, ModelledNode node) {
    return attendants.computeIfAbsent(role, name -> new Attendant(time, node::disturb));
  }

  private ModelledNode newNode() {
    return new ModelledNode(time, costs, trace, settings.coresPerMachine());
  }

  /** As real nodes do: parties dial the dealer, party 1 dials party 0, the client both. */
  private void connect() {
    SimulatedNetwork network =
        new SimulatedNetwork(
            time,
            settings.network(),
            trace,
            settings.seed(),
            WireLimits.maxQueuedBytes(plan, settings.batch()));
    Endpoint dealer = endpoint(roles.dealer());
    Endpoint client = endpoint(roles.client());
    Endpoint party0 = endpoint(roles.parties().get(0));
    Endpoint party1 = endpoint(roles.parties().get(1));
    network.connect(party0, dealer);
    network.connect(party1, dealer);
    network.connect(party1, party0);
    network.connect(client, party0);
    network.connect(client, party1);
  }

  private <C> Endpoint endpoint(Running<C> running) {
    LinkMessage.Hello hello = running.role().hello();
    return new Endpoint(
        hello,
        running.role().listener(running.actor(), Map.of()),
        attendants.computeIfAbsent(hello.name(), name -> new Attendant(time, ns -> {})),
        costs::messageNs);
  }

  SimulationResult run(List<float[]> inputs) {
    prepare();
    long readyNs = time.nowNs();
    SimulatedAnswer[] answers = new SimulatedAnswer[settings.inferences()];
    for (int i = 0; i < answers.length; i += settings.batch()) {
      int first = i;
      List<int[]> images =
          IntStream.range(first, Math.min(answers.length, first + settings.batch()))
              .mapToObj(image -> plan.encodeInput(inputs.get(image % inputs.size())))
              .toList();
      time.after(
          i / settings.batch() * settings.intervalNs(),
          () -> ask(first, images, answers, () -> {}));
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

  /** Waits for the links, and for the correlations that are awaited before the first request. */
  void prepare() {
    awaitParties();
    awaitReady();
  }

  private void awaitParties() {
    CompletableFuture<Client.Reply> connected =
        AskPattern.<Client.Command, Client.Reply>ask(
                roles.client().actor(),
                Client.AwaitParties::new,
                READY_TIMEOUT,
                system.system().scheduler())
            .toCompletableFuture();
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
                                party.actor(),
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

  /**
   * Asks for inferences in one session.
   *
   * @param first number of the first one
   * @param images their inputs
   * @param answers gets the answers, by number
   * @param whenAnswered run when they are there
   */
  void ask(int first, List<int[]> images, SimulatedAnswer[] answers, Runnable whenAnswered) {
    long askedNs = time.nowNs();
    // An actor, which runs on the virtual clock: futures of Pekko complete on other threads.
    ActorRef<Client.Reply> replyTo =
        system
            .system()
            .systemActorOf(
                Behaviors.receiveMessage(
                    reply -> {
                      for (int image = 0; image < images.size(); image++) {
                        answers[first + image] = answer(first + image, image, askedNs, reply);
                      }
                      whenAnswered.run();
                      return Behaviors.stopped();
                    }),
                "request-" + first,
                Props.empty());
    roles.client().actor().tell(new Client.Infer(images, 0, replyTo));
  }

  private SimulatedAnswer answer(int number, int image, long askedNs, Client.Reply reply) {
    long latencyNs = time.nowNs() - askedNs;
    if (reply instanceof Client.Failed refused) {
      return new SimulatedAnswer(
          number, askedNs, latencyNs, null, refused.reason(), refused.detail());
    }
    Client.Answered answered = (Client.Answered) reply;
    InferenceResult result =
        new InferenceResult(
            plan.decodeOutput(answered.outputs().get(image)),
            answered.outputs().get(image),
            answered.latencyNs());
    return new SimulatedAnswer(number, askedNs, latencyNs, result, null, null);
  }

  /** Runs the clock until a condition is true; the deployment must not fail. */
  void runUntil(BooleanSupplier condition) {
    boolean met = time.runUntil(() -> failure.hasFailed() || condition.getAsBoolean());
    if (failure.hasFailed()) {
      throw new SimulationException(failure.reason().toCompletableFuture().join().detail());
    }
    if (!met) {
      throw new SimulationException(
          "everything stands still: an outage without end may have ended a link before it opened");
    }
  }

  @Override
  public void close() {
    system.close();
  }
}
