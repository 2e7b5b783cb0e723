// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.compute.ComputePool;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.link.LocalLink;
import io.pascaline.actors.party.Party;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RoleAssembly;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RoleLaunch;
import io.pascaline.actors.role.RoleMemory;
import io.pascaline.actors.role.RoleNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.StateRole;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * A client that is party 1 itself: it asks a server that owns the weights, and the two of them and
 * a dealer are all. The input stays here, the server sees openings that are uniform to it, and this
 * client alone gets the answer.
 *
 * <p>It downloads the masked weights once per epoch, as many bytes as the weights have, and gets
 * nothing from the dealer but its key, which both derive from their sealed link. It precomputes
 * while it is idle, and needs memory as a party does.
 *
 * <p>Trust model: a semi-honest server and a semi-honest client, neither of which colludes with the
 * honest dealer. A client that deviates can shift values and learn weights from its answers (MUSE,
 * Lehmkuhl et al., USENIX Security 2021; SIMC, Chandran et al., USENIX Security 2022); quotas and
 * auditing are the only defence. Thread-safe.
 */
public final class PartyClient implements InferenceService {
  private final RoleNode<Party.Command> node;
  private final ComputePool pool;
  private final ClientRequests requests;
  private final PartyCounters counters;
  private final Precomputation precomputation;
  private final PendingStages readiness;

  private PartyClient(
      RoleNode<Party.Command> node,
      ComputePool pool,
      ClientRequests requests,
      PartyCounters counters,
      Precomputation precomputation) {
    this.node = node;
    this.pool = pool;
    this.requests = requests;
    this.counters = counters;
    this.precomputation = precomputation;
    readiness =
        new PendingStages(
            node.failure(),
            reason -> new InferenceException(AbortReason.PEER_LOST, reason.detail()));
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return requests.infer(input);
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
    return requests.infer(input, timeout);
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
  public CompletionStage<String> failure() {
    return node.failure().thenApply(RoleFailure::detail);
  }

  /**
   * Waits until an epoch has begun, the masked weights are here, and this client has precomputed
   * for that many inferences. What the server has, it cannot know.
   *
   * @param inferenceCount for how many, at least 1; for as many as are kept if that is fewer
   */
  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    int kept = Math.max(1, Math.min(inferenceCount, precomputation.inferences()));
    pool.onOfflineAwaited();
    CompletableFuture<Done> ready =
        readiness.ask(
            () ->
                AskPattern.<Party.Command, Done>ask(
                        node.actor(),
                        replyTo -> new Party.AwaitReady(kept, replyTo),
                        timeout,
                        node.scheduler())
                    .toCompletableFuture(),
            timeout.toMillis());
    ready.whenComplete((done, late) -> pool.onOfflineNoLongerAwaited());
    return ready
        .<Void>thenApply(done -> null)
        .exceptionallyCompose(
            reason ->
                CompletableFuture.failedFuture(
                    reason.getCause() instanceof InferenceException cause
                        ? cause
                        : new InferenceException(
                            AbortReason.DEADLINE,
                            "no epoch with the server within "
                                + timeout.toMillis()
                                + " ms: check that the server and the dealer run and list this"
                                + " client")));
  }

  /** Returns what has been counted as party 1; the server counts its own. */
  @Override
  public ServiceStatistics statistics() {
    return new ServiceStatistics(
        List.of(counters.traffic(1)), counters.clientTraffic(), requests.canaries());
  }

  /** Returns what it counts as party 1. */
  public PartyCounters counters() {
    return counters;
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return node.transport();
  }

  @Override
  public void close() {
    node.actor().tell(Party.Closing.INSTANCE);
    Parts parts = new Parts();
    parts.own(node);
    // First of all: what waits ends because the client is closed, not for want of a link.
    parts.own(requests::close);
    parts.own(() -> readiness.end(ClientRequests.ofClose()));
    parts.close();
  }

  /** Settings of such a client: fluent, checked by {@link #connect()}. Not thread-safe. */
  public static final class Builder {
    private final NetworkPlan plan;
    private LinkAddress server;
    private PublicIdentity serverIdentity;
    private LinkAddress dealer;
    private PublicIdentity dealerIdentity;
    private PrivateIdentity identity;
    private LinkAddress listen = LinkAddress.udp("localhost", 0);
    private LinkAddress advertised;
    private NetworkProfile profile = NetworkProfile.usual();
    private Duration connectTimeout = Duration.ofSeconds(30);
    private final RequestPolicy.Builder requests = new RequestPolicy.Builder();
    private RuntimeSettings runtime;

    Builder(NetworkPlan plan) {
      this.plan = Objects.requireNonNull(plan, "plan");
    }

    /** Sets this client's identity; server and dealer must list its public key as a client's. */
    public Builder identity(PrivateIdentity own) {
      identity = own;
      return this;
    }

    /**
     * Sets the server.
     *
     * @param address where it listens
     * @param pinned its identity; null if {@link #runtime} has it
     */
    public Builder server(LinkAddress address, PublicIdentity pinned) {
      server = address;
      serverIdentity = pinned;
      return this;
    }

    /**
     * Sets the dealer.
     *
     * @param address where it listens
     * @param pinned its identity; null if {@link #runtime} has it
     */
    public Builder dealer(LinkAddress address, PublicIdentity pinned) {
      dealer = address;
      dealerIdentity = pinned;
      return this;
    }

    /** Sets where the client listens, any free port of the machine by default. */
    public Builder listen(LinkAddress address) {
      listen = address;
      return this;
    }

    /** Sets where others reach this client, if that is not where it listens. */
    public Builder advertise(String host, int port) {
      advertised = LinkAddress.udp(host, port);
      return this;
    }

    /** Sets what the network is like. */
    public Builder profile(NetworkProfile network) {
      profile = network;
      return this;
    }

    /** Deadline of a request, all its attempts together; default 30 s, at most ten minutes. */
    public Builder requestTimeout(Duration timeout) {
      requests.timeout(timeout);
      return this;
    }

    /** Sets how long server and dealer may take to appear at first; default 30 s. */
    public Builder connectTimeout(Duration timeout) {
      connectTimeout = timeout;
      return this;
    }

    /** Sets when requests are retried; {@link RetryPolicy#usual} by default. */
    public Builder retry(RetryPolicy policy) {
      requests.retry(policy);
      return this;
    }

    /** Says what to do with values out of the plan's range; warns if nothing is said. */
    public Builder rangePolicy(RangePolicy policy) {
      requests.ranges(policy);
      return this;
    }

    /**
     * Checks the server and the dealer, as {@link PrivateInferenceClient.Builder#canaries} does
     * with two parties.
     *
     * @param set of the plan that the server runs
     * @param rate above 0, at most 0.5
     */
    public Builder canaries(CanarySet set, double rate) {
      requests.canaries(set, rate);
      return this;
    }

    /** Requests that may be unanswered, further ones fail at once; default 1,024. */
    public Builder maxPending(int count) {
      requests.maxPending(count);
      return this;
    }

    /**
     * Sets at once how the client runs as a party: threads, memory, precomputed correlations,
     * sessions in flight, state, and links with their protection. Identities, {@link #profile},
     * {@link #advertise} and {@link #connectTimeout} are not used then.
     */
    public Builder runtime(RuntimeSettings settings) {
      runtime = settings;
      return this;
    }

    /**
     * Starts the client and dials server and dealer; returns at once. Requests made before the
     * first epoch wait for it.
     *
     * @throws IllegalArgumentException for a setting that is missing or out of range, links that
     *     are not sealed, and a plan whose weights party 0 does not own
     * @throws io.pascaline.transport.link.TransportException if the listen address is taken
     * @throws io.pascaline.actors.state.StateException if the state folder cannot be used
     * @throws io.pascaline.actors.role.InsufficientMemoryException if this JVM's heap is too small
     *     for the model
     */
    public PartyClient connect() {
      ClientRequests.requireSet("server", server);
      ClientRequests.requireSet("dealer", dealer);
      RequestPolicy policy = requests.build();
      policy.audit().forPlan(plan);
      ModelShare model = ModelShare.ofClient(plan);
      RuntimeSettings used = runtime == null ? ownRuntime() : runtime;
      if (!(used.links().security() instanceof LinkSecurity.Secured)) {
        throw new IllegalArgumentException(
            "links must be sealed for a client that is party 1, whose dealing key comes from its"
                + " link: "
                + used.links().security());
      }
      RuntimeSettings settings = used.toBuilder().limits(used.limits().forOnlyClient()).build();
      Precomputation precomputation = RoleMemory.partyPrecomputation(plan, settings);
      RoleLaunch launch =
          RoleLaunch.inOwnProcess(
              "client", settings, plan, RoleState.open(settings.state(), StateRole.PARTY_1));
      PartyCounters counters = new PartyCounters();
      RoleAssembly<Party.Command> party =
          launch.orClose(
              () ->
                  RoleAssembly.party(
                      model,
                      DealingKey.ofLink(),
                      settings.capacity(precomputation),
                      LinearKernels.best(),
                      launch.resources("client"),
                      counters));
      RoleNode<Party.Command> node =
          launch.start("party1", party, listen, Map.of(dealer, "dealer", server, "party 0"));
      ClientRequests asked = launch.orClose(() -> asking(policy, launch, party, node));
      return new PartyClient(node, launch.pool(), asked, counters, precomputation);
    }

    /** Starts what asks this client's own party. */
    private ClientRequests asking(
        RequestPolicy policy,
        RoleLaunch launch,
        RoleAssembly<Party.Command> party,
        RoleNode<Party.Command> node) {
      RoleAssembly<Client.Command> client =
          RoleAssembly.clientOfItsParty(
              plan,
              policy.timeout().toMillis(),
              policy.retry().toRetries(),
              launch.failure(),
              new ClientCounters());
      ActorRef<Client.Command> asking = launch.host().start(client.behavior(), "client");
      LocalLink.open(
          party.hello(),
          party.listener(node.actor(), Map.of()),
          client.hello(),
          client.listener(asking, Map.of()));
      return new ClientRequests(asking, node.scheduler(), plan, policy, node.failure());
    }

    private RuntimeSettings ownRuntime() {
      ClientRequests.requireSet("identity", identity);
      ClientRequests.requireSet("server", serverIdentity);
      ClientRequests.requireSet("dealer", dealerIdentity);
      LinkSecurity security =
          new LinkSecurity.Secured(
              identity,
              PinnedPeers.of(
                  List.of(
                      new PinnedPeers.Peer(serverIdentity, Role.PARTY, 0),
                      new PinnedPeers.Peer(dealerIdentity, Role.DEALER, -1))));
      return RuntimeSettings.builder()
          .connectTimeoutMs(connectTimeout.toMillis())
          .links(LinkSettings.builder(security).profile(profile).advertised(advertised).build())
          .build();
    }
  }
}
