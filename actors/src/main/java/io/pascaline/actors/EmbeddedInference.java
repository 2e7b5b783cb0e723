// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.ClientPort;
import io.pascaline.actors.client.PendingBound;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerSettings;
import io.pascaline.actors.link.FirstFailure;
import io.pascaline.actors.link.LinkEvents;
import io.pascaline.actors.link.WireLimits;
import io.pascaline.actors.party.InputGate;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartySettings;
import io.pascaline.actors.role.Hellos;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.LinkSecurity;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/**
 * All roles in one process, over real Aeron links in shared memory: dealer, both parties and a
 * client. For trying out, for tests and as the baseline of deployments; it protects nothing, since
 * one process holds everything.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedInference implements InferenceService {
  private static final int DEALER_STREAM = 1;
  private static final int PARTY0_STREAM = 2;
  private static final int PARTY1_STREAM = 3;
  private static final int CLIENT_STREAM = 4;

  private final NetworkPlan plan;
  private final int precomputedCorrelations;
  private final FirstFailure failure;
  private final List<PartyCounters> partyCounters =
      List.of(new PartyCounters(), new PartyCounters());
  private final DealerCounters dealerCounters = new DealerCounters();
  private final ClientCounters clientCounters = new ClientCounters();
  private final List<InputGate> gates;
  private final ComputePool pool;
  private final RoleHost host;
  private final EmbeddedDriver driver;
  private final List<TransportNode> nodes = new ArrayList<>();
  private final Roles roles;
  private final ClientPort port;
  private final List<LinkMessage.Hello> partyHellos;

  private record Roles(
      ActorRef<Dealer.Command> dealer,
      List<ActorRef<Party.Command>> parties,
      ActorRef<Client.Command> client) {}

  private EmbeddedInference(RoleHost host, CompiledNetwork network, RuntimeSettings runtime) {
    this.host = host;
    plan = network.plan();
    precomputedCorrelations = runtime.precomputedCorrelations();
    failure = new FirstFailure();
    gates = partyCounters.stream().map(counters -> gate(runtime, counters)).toList();
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network, random);
    CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
    byte[] digest = plan.digest();
    LinkMessage.Hello[] hellos = {
      Hellos.party(0, digest, shares[0].sharingId()), Hellos.party(1, digest, shares[1].sharingId())
    };
    driver = EmbeddedDriver.launchIsolated(runtime.idleMode());
    pool = new ComputePool("embedded", runtime.computeThreads());
    CompletableFuture<Roles> spawned = new CompletableFuture<>();
    host.start(guardian(runtime, shares, keys, hellos, spawned), "embedded");
    roles = spawned.join();
    port =
        new ClientPort(
            roles.client(),
            plan,
            runtime.requestTimeoutMs(),
            new PendingBound(runtime.limits().maxPending()),
            failure.reason());
    partyHellos = List.of(hellos);
  }

  private static InputGate gate(RuntimeSettings runtime, PartyCounters counters) {
    return new InputGate(
        runtime.maxSessions() + runtime.limits().maxQueued(),
        runtime.limits().retryAfterMs(),
        counters);
  }

  private void launchNodes(RuntimeSettings runtime) {
    byte[] digest = plan.digest();
    launch(
        runtime,
        Hellos.dealer(digest),
        DEALER_STREAM,
        new LinkEvents<>(roles.dealer(), Dealer.OnLink::new, failure, Map.of()));
    int[] streams = {PARTY0_STREAM, PARTY1_STREAM};
    for (int party = 0; party < streams.length; party++) {
      TransportNode node =
          launch(
              runtime,
              partyHellos.get(party),
              streams[party],
              new LinkEvents<>(
                  roles.parties().get(party),
                  Party.OnLink::new,
                  failure,
                  Map.of(),
                  gates.get(party)));
      node.connect(LinkAddress.ipc(DEALER_STREAM), "dealer");
      if (party == 1) {
        node.connect(LinkAddress.ipc(PARTY0_STREAM), "party 0");
      }
    }
    TransportNode client =
        launch(
            runtime,
            Hellos.client(digest),
            CLIENT_STREAM,
            new LinkEvents<>(roles.client(), Client.OnLink::new, failure, Map.of()));
    client.connect(LinkAddress.ipc(PARTY0_STREAM), "party 0");
    client.connect(LinkAddress.ipc(PARTY1_STREAM), "party 1");
  }

  /**
   * Starts everything; returns once the nodes are up. Correlations are made from then on.
   *
   * @param network the compiled network; it is shared between the two parties in memory
   * @param runtime how it runs
   */
  public static EmbeddedInference start(CompiledNetwork network, RuntimeSettings runtime) {
    return start(RoleHost.own(), network, runtime);
  }

  /**
   * Returns the same in any actor system.
   *
   * @param host where the roles' actors live
   */
  public static EmbeddedInference start(
      RoleHost host, CompiledNetwork network, RuntimeSettings runtime) {
    EmbeddedInference service = new EmbeddedInference(host, network, runtime);
    try {
      service.launchNodes(runtime);
      return service;
    } catch (RuntimeException refused) {
      service.close();
      throw refused;
    }
  }

  private Behavior<Void> guardian(
      RuntimeSettings runtime,
      ModelShare[] shares,
      CorrelationKey[] keys,
      LinkMessage.Hello[] hellos,
      CompletableFuture<Roles> spawned) {
    return Behaviors.setup(
        context -> {
          List<ActorRef<Party.Command>> parties = new ArrayList<>();
          for (int party = 0; party < shares.length; party++) {
            PartySettings settings =
                new PartySettings(
                    shares[party],
                    keys[party],
                    hellos[party].nonce(),
                    pool,
                    runtime.precomputedCorrelations(),
                    runtime.maxSessions(),
                    runtime.limits().forOnlyClient(),
                    RoleState.inMemory(),
                    gates.get(party),
                    System::nanoTime,
                    failure,
                    partyCounters.get(party));
            parties.add(context.spawn(Party.create(settings), "party" + party));
          }
          DealerSettings dealer =
              new DealerSettings(
                  plan,
                  keys[0],
                  keys[1],
                  pool,
                  runtime.computeThreads(),
                  RoleState.inMemory(),
                  failure,
                  dealerCounters);
          Roles started =
              new Roles(
                  context.spawn(Dealer.create(dealer), "dealer"),
                  parties,
                  context.spawn(
                      Client.create(plan, runtime.requestTimeoutMs(), clientCounters, failure),
                      "client"));
          context.watch(started.dealer());
          started.parties().forEach(context::watch);
          context.watch(started.client());
          spawned.complete(started);
          return Behaviors.receive(Void.class)
              .onSignal(
                  Terminated.class,
                  gone -> {
                    failure.accept("the actor " + gone.getRef().path().name() + " has stopped");
                    return Behaviors.same();
                  })
              .build();
        });
  }

  private TransportNode launch(
      RuntimeSettings runtime, LinkMessage.Hello hello, int streamId, LinkListener listener) {
    TransportNode node =
        TransportNode.launch(
            WireLimits.apply(plan, runtime, new TransportContext())
                .hello(hello)
                .listen(LinkAddress.ipc(streamId))
                .listener(listener)
                .driver(driver)
                .security(LinkSecurity.Plain.IN_PROCESS)
                .idleMode(runtime.idleMode())
                .connectTimeoutMs(runtime.connectTimeoutMs()));
    nodes.add(node);
    return node;
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return port.infer(input);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    return port.infer(input, timeout.toMillis());
  }

  @Override
  public CompletionStage<String> failure() {
    return failure.reason();
  }

  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    if (inferenceCount < 1 || inferenceCount > precomputedCorrelations) {
      throw new IllegalArgumentException(
          "inferenceCount must be 1 to " + precomputedCorrelations + ": " + inferenceCount);
    }
    CompletableFuture<Void> ready =
        CompletableFuture.allOf(
            roles.parties().stream()
                .map(party -> awaitReady(party, inferenceCount, timeout))
                .toArray(CompletableFuture<?>[]::new));
    failure
        .reason()
        .thenAccept(
            detail ->
                ready.completeExceptionally(new InferenceException(AbortReason.INTERNAL, detail)));
    return ready.exceptionallyCompose(
        reason ->
            CompletableFuture.failedFuture(
                reason instanceof InferenceException
                    ? reason
                    : new InferenceException(
                        AbortReason.DEADLINE,
                        "no correlations for "
                            + inferenceCount
                            + " inferences within "
                            + timeout.toMillis()
                            + " ms: the machine may be overloaded")));
  }

  private CompletableFuture<Done> awaitReady(
      ActorRef<Party.Command> party, int inferenceCount, Duration timeout) {
    return AskPattern.<Party.Command, Done>ask(
            party,
            replyTo -> new Party.AwaitReady(inferenceCount, replyTo),
            timeout,
            host.scheduler())
        .toCompletableFuture();
  }

  /**
   * Returns what a party counts.
   *
   * @param party 0 or 1
   */
  public PartyCounters counters(int party) {
    return partyCounters.get(party);
  }

  /** Returns what the dealer counts. */
  public DealerCounters dealerCounters() {
    return dealerCounters;
  }

  /** Returns what the client counts. */
  public ClientCounters clientCounters() {
    return clientCounters;
  }

  @Override
  public ServiceStatistics statistics() {
    return new ServiceStatistics(
        List.of(partyCounters.get(0).traffic(0), partyCounters.get(1).traffic(1)),
        clientCounters.traffic());
  }

  @Override
  public void close() {
    nodes.forEach(TransportNode::close);
    host.stop();
    pool.close();
    driver.close();
  }
}
