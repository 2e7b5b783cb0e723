// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import io.pascaline.actors.client.Client;
import io.pascaline.actors.client.ClientCounters;
import io.pascaline.actors.closing.Parts;
import io.pascaline.actors.role.FirstFailure;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.RoleAssembly;
import io.pascaline.actors.role.RoleFailure;
import io.pascaline.actors.role.RoleHost;
import io.pascaline.actors.role.RoleNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.driver.NetworkProfile;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/**
 * Asks two deployed parties: splits each input into two random shares here, sends one to each party
 * over the secure channel, and adds the shares of the answer. No party sees input or answer.
 *
 * <p>What passes by itself (a refusal, a lost party or dealer) is retried, whole and in new shares,
 * by the {@link RetryPolicy}; every request ends at its deadline at the latest. Thread-safe.
 */
public final class PrivateInferenceClient implements InferenceService {
  private final RoleNode<Client.Command> node;
  private final ClientRequests requests;
  private final ClientCounters counters;
  private final Description description;

  /** What the client knows of the network. */
  private record Description(
      NetworkPlan plan, List<String> mean, List<String> std, List<String> labels) {}

  private PrivateInferenceClient(
      RoleNode<Client.Command> node,
      ClientRequests requests,
      ClientCounters counters,
      Description description) {
    this.node = node;
    this.requests = requests;
    this.counters = counters;
    this.description = description;
  }

  /**
   * Returns the settings of a client from a file such as {@code docs/samples/client.conf}: plan,
   * identity, addresses and identities of the parties, links, timeouts, threads, normalisation and
   * classes. It ignores {@code log-format}, which only the command uses. The caller can still
   * change all settings.
   *
   * @param file the settings; paths in it are relative to its folder
   * @throws IllegalArgumentException if the file or one that it names cannot be used; the message
   *     is one line and quotes no secret
   */
  public static Builder fromConfig(Path file) {
    return ClientFile.read(file);
  }

  /**
   * Returns settings of a client.
   *
   * @param plan the public plan, as {@code pascaline share} writes it to {@code plan.bin}; see
   *     {@link NetworkPlan#decode}
   */
  public static Builder builder(NetworkPlan plan) {
    return new Builder(plan);
  }

  /**
   * Returns settings of a client that is party 1 itself, with a server that owns the weights as
   * party 0; see {@link PartyClient}.
   *
   * @param plan the public plan
   */
  public static PartyClient.Builder asParty(NetworkPlan plan) {
    return new PartyClient.Builder(plan);
  }

  /**
   * Returns settings of a client that asks over the gateways of both parties: with outbound HTTPS
   * connections alone, and without any file but the tokens.
   *
   * @param gateway0 scheme, host and port of the gateway of party 0
   * @param token0 this client's token for it
   * @param gateway1 the same of party 1
   * @param token1 this client's token for it
   * @throws IllegalArgumentException if a token has other characters than tokens have; the message
   *     does not quote it
   */
  public static GatewayClient.Builder overGateways(
      URI gateway0, String token0, URI gateway1, String token1) {
    return new GatewayClient.Builder(List.of(gateway0, gateway1), List.of(token0, token1));
  }

  /** Returns the public plan of the network that is asked. */
  public NetworkPlan plan() {
    return description.plan();
  }

  /**
   * Returns what is subtracted from samples in [0, 1], if a file said so: one number, or one for
   * each channel; 0 otherwise.
   */
  public List<String> mean() {
    return description.mean();
  }

  /** Returns the divisor of the samples after that, likewise; 1 if no file said so. */
  public List<String> std() {
    return description.std();
  }

  /** Returns the classes in order, if a file said so. */
  public List<String> labels() {
    return description.labels();
  }

  @Override
  public CompletionStage<InferenceResult> infer(float[] input) {
    return requests.infer(input);
  }

  /**
   * {@inheritDoc}
   *
   * <p>The deadline holds for all attempts together.
   *
   * @throws io.pascaline.layers.plan.RangeException if the input is out of range and the client is
   *     to refuse it; an answer out of range then fails with the same
   */
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

  /** Waits until both parties are connected; fails with an {@link InferenceException}. */
  public CompletionStage<Void> connected(Duration timeout) {
    return requests.connected(timeout);
  }

  /**
   * Waits until both parties are connected; what they have prepared a client cannot know.
   *
   * @param inferenceCount not used
   */
  @Override
  public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
    return connected(timeout);
  }

  @Override
  public CompletionStage<String> failure() {
    return node.failure().thenApply(RoleFailure::detail);
  }

  @Override
  public ServiceStatistics statistics() {
    return new ServiceStatistics(List.of(), counters.traffic(), requests.canaries());
  }

  /** Returns what it counts. */
  public ClientCounters counters() {
    return counters;
  }

  /** Returns the node that its links are on. */
  public TransportNode transport() {
    return node.transport();
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(node);
    // First of all: what waits ends because the client is closed, not for want of a link.
    parts.own(requests::close);
    parts.close();
  }

  /** Settings of a client: fluent, checked by {@link #connect()}. Not thread-safe. */
  public static final class Builder {
    private final NetworkPlan plan;
    private final LinkAddress[] addresses = new LinkAddress[2];
    private final PublicIdentity[] pinned = new PublicIdentity[2];
    private PrivateIdentity identity;
    private boolean insecure;
    private boolean byModel;
    private LinkAddress listen = LinkAddress.udp("localhost", 0);
    private LinkAddress advertised;
    private NetworkProfile profile = NetworkProfile.usual();
    private Duration connectTimeout = Duration.ofSeconds(30);
    private final RequestPolicy.Builder requests = new RequestPolicy.Builder();
    private RuntimeSettings runtime;
    private List<String> mean = List.of("0");
    private List<String> std = List.of("1");
    private List<String> labels = List.of();

    private Builder(NetworkPlan plan) {
      this.plan = Objects.requireNonNull(plan, "plan");
    }

    Builder description(List<String> means, List<String> deviations, List<String> classes) {
      mean = List.copyOf(means);
      std = List.copyOf(deviations);
      labels = List.copyOf(classes);
      return this;
    }

    /** Sets this client's identity; the parties must list its public key among their clients. */
    public Builder identity(PrivateIdentity own) {
      identity = own;
      return this;
    }

    /**
     * Sets a party.
     *
     * @param partyId 0 or 1
     * @param host where it listens
     * @param port its UDP port
     * @param publicIdentity who must answer there; nobody else is talked to
     */
    public Builder party(int partyId, String host, int port, PublicIdentity publicIdentity) {
      return party(partyId, LinkAddress.udp(host, port), publicIdentity);
    }

    /** Sets the same by address. */
    public Builder party(int partyId, LinkAddress address, PublicIdentity publicIdentity) {
      if (partyId != 0 && partyId != 1) {
        throw new IllegalArgumentException("partyId must be 0 or 1: " + partyId);
      }
      addresses[partyId] = address;
      pinned[partyId] = publicIdentity;
      return this;
    }

    /**
     * Asks parties that serve several models, each on a stream of its own: the plan says which
     * version is asked.
     */
    public Builder byModel() {
      byModel = true;
      return this;
    }

    /** Leaves links open to everybody on the network: for trying out on one machine only. */
    public Builder insecure() {
      insecure = true;
      return this;
    }

    /**
     * Sets where the parties' answers arrive: an address of this machine that they can reach. By
     * default any free port of {@code localhost}, which only parties on this machine reach.
     */
    public Builder listen(String host, int port) {
      return listen(LinkAddress.udp(host, port));
    }

    /** Sets the same by address. */
    public Builder listen(LinkAddress address) {
      listen = address;
      return this;
    }

    /**
     * Sets at once what a role's file says: protection, network and timeouts of links, the
     * advertised address, the connect timeout, and how the polling thread idles. Identities, {@link
     * #profile}, {@link #advertise} and {@link #connectTimeout} are not used then.
     */
    public Builder runtime(RuntimeSettings settings) {
      runtime = settings;
      return this;
    }

    /**
     * Sets where the parties reach this client, if that is not where it listens: a forwarded port,
     * or one address of a machine that listens at all of them.
     */
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

    /** Sets how long the parties may take to appear at first; default 30 s. */
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
     * Checks the parties: of all sessions that the client asks for, this fraction are canaries, in
     * place of a request that waits until they are answered. The parties cannot tell which. Once
     * one is answered wrongly, it and all further requests fail with {@link WrongAnswerException}.
     * Answers take longer, 1 / (1 - rate) of the time on average.
     *
     * @param set of the plan that the parties run
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
     * Starts the client and dials both parties; returns at once. Requests made before they answer
     * wait for them.
     *
     * @throws IllegalArgumentException for a setting that is missing or out of range
     * @throws io.pascaline.transport.link.TransportException if the listen address is taken
     */
    public PrivateInferenceClient connect() {
      return connect(failure -> RoleHost.own("client", failure));
    }

    PrivateInferenceClient connect(Function<FirstFailure, RoleHost> hosts) {
      for (int party = 0; party < addresses.length; party++) {
        ClientRequests.requireSet("party " + party, addresses[party]);
      }
      RequestPolicy policy = requests.build();
      policy.audit().forPlan(plan);
      RuntimeSettings used = runtime == null ? ownRuntime() : runtime;
      FirstFailure failure = new FirstFailure();
      ClientCounters counters = new ClientCounters();
      RoleAssembly<Client.Command> role =
          RoleAssembly.client(
              plan,
              policy.timeout().toMillis(),
              policy.retry().toRetries(),
              System::nanoTime,
              failure,
              counters);
      Map<LinkAddress, String> dialled = new HashMap<>();
      // Party 0 gives a request its number, so it is who answers at an address of both.
      for (int party = addresses.length - 1; party >= 0; party--) {
        dialled.put(
            byModel ? addresses[party].ofModel(plan.digest()) : addresses[party], "party " + party);
      }
      Parts parts = new Parts();
      RoleNode<Client.Command> node =
          RoleNode.start(
              parts.own(hosts.apply(failure)),
              "client",
              role,
              context -> RoleNode.deployed(context, used, plan, LinkMessage.MAX_BATCH, listen),
              dialled,
              parts);
      return new PrivateInferenceClient(
          node,
          new ClientRequests(node.actor(), node.scheduler(), plan, policy, node.failure()),
          counters,
          new Description(plan, mean, std, labels));
    }

    private RuntimeSettings ownRuntime() {
      return RuntimeSettings.builder()
          .connectTimeoutMs(connectTimeout.toMillis())
          .links(LinkSettings.builder(security()).profile(profile).advertised(advertised).build())
          .build();
    }

    private LinkSecurity security() {
      if (insecure) {
        return LinkSecurity.Plain.INSECURE;
      }
      ClientRequests.requireSet("identity", identity);
      ClientRequests.requireSet("party 0", pinned[0]);
      ClientRequests.requireSet("party 1", pinned[1]);
      return new LinkSecurity.Secured(
          identity,
          PinnedPeers.of(
              List.of(
                  new PinnedPeers.Peer(pinned[0], Role.PARTY, 0),
                  new PinnedPeers.Peer(pinned[1], Role.PARTY, 1))));
    }
  }
}
