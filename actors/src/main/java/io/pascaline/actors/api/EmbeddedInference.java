// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.client.Retries;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.compute.RecordedCompute;
import io.pascaline.actors.compute.RecycledArrays;
import io.pascaline.actors.compute.Spinning;
import io.pascaline.actors.dealer.Dealer;
import io.pascaline.actors.dealer.DealerCounters;
import io.pascaline.actors.dealer.DealerKeys;
import io.pascaline.actors.dealer.DealingCapacity;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.link.LocalLink;
import io.pascaline.actors.party.PackedOnce;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCapacity;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.actors.role.FirstFailure;
import io.pascaline.actors.role.RoleAssembly;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.actors.role.RoleMemory;
import io.pascaline.actors.role.RoleNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.role.WireLimits;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.CompiledNetwork;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.aeron.TransportContext;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * All roles in one process, over real Aeron links in shared memory: dealer, both parties and a
 * client, which may be party 1 itself. For trying out, for tests and as the baseline of
 * deployments; it protects nothing, since one process holds everything.
 *
 * <p>Thread-safe.
 */
public final class EmbeddedInference implements InferenceService {
  private static final LinkAddress DEALER = LinkAddress.ipc(1);
  private static final List<LinkAddress> PARTIES = List.of(LinkAddress.ipc(2), LinkAddress.ipc(3));
  private static final LinkAddress CLIENT = LinkAddress.ipc(4);

  private final NetworkPlan plan;
  private final RuntimeSettings runtime;
  private final RoleMemory.Shared memory;
  private final FirstFailure failure = new FirstFailure();
  private final List<PartyCounters> partyCounters =
      List.of(new PartyCounters(), new PartyCounters());
  private final DealerCounters dealerCounters = new DealerCounters();
  private final ClientCounters clientCounters = new ClientCounters();
  private final WordArrays arrays = RoleMemory.recycledArrays();
  private final Parts parts = new Parts();
  private final Parts nodes = new Parts();
  private final ComputePool pool;
  private final RoleHost host;
  private final EmbeddedDriver driver;
  private final List<ActorRef<Party.Command>> parties = new ArrayList<>();
  private final List<ClientEntrance> entrances = new ArrayList<>();
  private final PendingStages readiness =
      new PendingStages(
          failure.reason(),
          reason -> new InferenceException(AbortReason.INTERNAL, reason.detail()));
  private final boolean clientIsParty1;
  private ClientRequests requests;

  private EmbeddedInference(
      Function<FirstFailure, RoleHost> hosts, NetworkPlan plan, EmbeddedSettings settings) {
    this.plan = plan;
    runtime = settings.runtime();
    clientIsParty1 = settings.clientAsParty();
    memory = RoleMemory.shared(plan, runtime);
    driver =
        parts.own(
            EmbeddedDriver.launchIsolated(
                runtime.idleMode(), TimeUnit.MICROSECONDS.toNanos(runtime.spinUs())));
    pool =
        parts.orClose(
            () ->
                parts.own(
                    new ComputePool(
                        "embedded",
                        runtime.computeThreads(),
                        new Spinning(PARTIES.size(), runtime.spinUs()),
                        new RecycledArrays(arrays))));
    // Closed after the actors of all roles, each of which would take the others for lost.
    parts.own(nodes);
    host = parts.orClose(() -> parts.own(hosts.apply(failure)));
  }

  /** Launches the dealer before the parties that dial it, and these before the client. */
  private void launchRoles(CompiledNetwork network, EmbeddedSettings settings) {
    SecureRandom random = new SecureRandom();
    ModelShare[] shares = ModelShares.split(network, random);
    if (settings.clientAsParty()) {
      shares = new ModelShare[] {shares[0].forClient(), ModelShare.ofClient(plan)};
    }
    CorrelationKey[] keys = {CorrelationKey.generate(random), CorrelationKey.generate(random)};
    // Both parties read public weights, one shortly after the other: one copy stays in a cache.
    LinearKernel kernel =
        plan.visibility() == Visibility.PUBLIC
            ? new PackedOnce(LinearKernels.best())
            : LinearKernels.best();
    launchDealer(keys);
    launchParty(shares[0], keys[0], kernel);
    RoleAssembly<Party.Command> party1 = launchParty(shares[1], keys[1], kernel);
    ActorRef<Client.Command> client =
        settings.clientAsParty() ? clientOfItsParty(party1, settings) : client(settings);
    requests =
        new ClientRequests(
            client,
            host.scheduler(),
            plan,
            new RequestPolicy(
                settings.requestTimeout(),
                RetryPolicy.never(),
                RangePolicy.WARN,
                CanaryAudit.none(),
                settings.maxPending()),
            failure.reason());
    // First of all: requests end because the service is closed, not for want of a role.
    parts.own(requests::close);
    parts.own(() -> readiness.end(ClientRequests.ofClose()));
  }

  private void launchDealer(CorrelationKey[] keys) {
    RoleAssembly<Dealer.Command> role =
        RoleAssembly.dealer(
            plan,
            new DealerKeys(keys[0], keys[1]),
            new DealingCapacity(runtime.computeThreads(), memory.dealBytes()),
            resources("dealer"),
            dealerCounters);
    launchRole("dealer", role, DEALER, Map.of());
  }

  private RoleAssembly<Party.Command> launchParty(
      ModelShare share, CorrelationKey key, LinearKernel kernel) {
    int party = share.partyId();
    PartyCapacity capacity = runtime.capacity(memory.precomputation());
    RoleAssembly<Party.Command> role =
        RoleAssembly.party(
            share,
            DealingKey.of(key),
            capacity,
            kernel,
            resources("party " + party),
            partyCounters.get(party));
    Map<LinkAddress, String> dialled =
        party == 0 ? Map.of(DEALER, "dealer") : Map.of(DEALER, "dealer", PARTIES.get(0), "party 0");
    ActorRef<Party.Command> actor =
        launchRole("party" + party, role, PARTIES.get(party), dialled).actor();
    parties.add(actor);
    entrances.add(
        ClientEntrance.of(
            party, plan, role.listener(actor, Map.of()), partyCounters.get(party), capacity));
    return role;
  }

  private ActorRef<Client.Command> client(EmbeddedSettings settings) {
    RoleAssembly<Client.Command> role =
        RoleAssembly.client(
            plan,
            settings.requestTimeout().toMillis(),
            Retries.ofRefusals(),
            System::nanoTime,
            failure,
            clientCounters);
    Map<LinkAddress, String> dialled = Map.of(PARTIES.get(0), "party 0", PARTIES.get(1), "party 1");
    return launchRole("client", role, CLIENT, dialled).actor();
  }

  private ActorRef<Client.Command> clientOfItsParty(
      RoleAssembly<Party.Command> party1, EmbeddedSettings settings) {
    RoleAssembly<Client.Command> role =
        RoleAssembly.clientOfItsParty(
            plan,
            settings.requestTimeout().toMillis(),
            Retries.ofRefusals(),
            failure,
            clientCounters);
    ActorRef<Client.Command> client = host.start(role.behavior(), "client");
    LocalLink.open(
        party1.hello(),
        party1.listener(parties.get(1), Map.of()),
        role.hello(),
        role.listener(client, Map.of()));
    return client;
  }

  private RoleAssembly.Resources resources(String role) {
    return new RoleAssembly.Resources(
        new RecordedCompute(role, pool), RoleState.inMemory(), failure);
  }

  private <C> RoleNode<C> launchRole(
      String name, RoleAssembly<C> role, LinkAddress listen, Map<LinkAddress, String> dialled) {
    return nodes.own(
        RoleNode.start(host, name, role, context -> embed(context, listen), dialled, new Parts()));
  }

  private void embed(TransportContext context, LinkAddress listen) {
    WireLimits.apply(plan, maxBatch(), runtime, context)
        .listen(listen)
        .driver(driver)
        .arrays(arrays)
        .security(LinkSecurity.Plain.IN_PROCESS)
        .idleMode(runtime.idleMode())
        .spinUs(runtime.spinUs())
        .connectTimeoutMs(runtime.connectTimeoutMs());
  }

  /**
   * Starts everything; returns once the nodes are up. Correlations are made from then on.
   *
   * @param network the compiled network; it is shared between the two parties in memory
   * @param settings how it runs
   * @throws IllegalArgumentException if the client is to be party 1 of a network whose weights are
   *     not owned by party 0
   * @throws io.pascaline.actors.role.InsufficientMemoryException if the roles cannot run the
   *     network in this JVM's heap; the message is one line with what would do
   */
  public static EmbeddedInference start(CompiledNetwork network, EmbeddedSettings settings) {
    return start(failure -> RoleHost.own("embedded", failure), network, settings);
  }

  /** Starts the same in any actor system. */
  static EmbeddedInference start(
      Function<FirstFailure, RoleHost> hosts, CompiledNetwork network, EmbeddedSettings settings) {
    EmbeddedInference service = new EmbeddedInference(hosts, network.plan(), settings);
    return service.parts.orClose(
        () -> {
          service.launchRoles(network, settings);
          return service;
        });
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return requests.infer(input);
  }

  @Override
  public List<CompletionStage<InferenceResult>> infer(List<float[]> inputs) {
    return requests.infer(inputs);
  }

  @Override
  public List<CompletionStage<InferenceResult>> infer(List<float[]> inputs, Duration timeout) {
    return requests.infer(inputs, timeout);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    return requests.infer(input, timeout);
  }

  @Override
  public CompletionStage<String> failure() {
    return failure.reason().thenApply(RoleFailure::detail);
  }

  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    int max = runtime.precomputedCorrelations();
    if (inferenceCount < 1 || inferenceCount > max) {
      throw new IllegalArgumentException(
          "inferenceCount must be 1 to " + max + ": " + inferenceCount);
    }
    int kept = Math.min(inferenceCount, precomputedCorrelations());
    pool.onOfflineAwaited();
    CompletableFuture<Void> ready =
        readiness.ask(
            () ->
                CompletableFuture.allOf(
                    parties.stream()
                        .map(party -> awaitReady(party, kept, timeout))
                        .toArray(CompletableFuture<?>[]::new)),
            timeout.toMillis());
    ready.whenComplete((done, late) -> pool.onOfflineNoLongerAwaited());
    return ready.exceptionallyCompose(
        reason ->
            CompletableFuture.failedFuture(
                reason instanceof InferenceException
                    ? reason
                    : new InferenceException(
                        AbortReason.DEADLINE,
                        "no correlations for "
                            + kept
                            + " inferences within "
                            + timeout.toMillis()
                            + " ms: the machine may be overloaded")));
  }

  /**
   * Returns for how many inferences correlations are kept: as many as were set, or as fit the
   * memory. 0 if not even one fits; layers are then streamed, and {@link #ready} does not wait.
   */
  public int precomputedCorrelations() {
    return memory.precomputation().inferences();
  }

  /**
   * Returns how many images one session may carry; see {@link
   * io.pascaline.actors.party.PartyLimits#batch}.
   */
  public int maxBatch() {
    return runtime.limits().batch(runtime.maxSessions(), memory.precomputation());
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

  /**
   * Returns where further clients of this process enter a party, such as those of a gateway.
   *
   * @param party 0 or 1
   */
  public ClientEntrance clientEntrance(int party) {
    return entrances.get(party);
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
        clientIsParty1 ? partyCounters.get(1).clientTraffic() : clientCounters.traffic());
  }

  @Override
  public void close() {
    parts.close();
  }
}
