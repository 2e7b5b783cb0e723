// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.settings.ClientConfig;
import io.pascaline.actors.settings.HostPort;
import io.pascaline.actors.settings.LinkConfig;
import io.pascaline.actors.settings.ModelFiles;
import io.pascaline.actors.settings.RuntimeConfig;
import io.pascaline.actors.settings.SettingsFault;
import io.pascaline.actors.settings.StrictConfig;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.cli.output.LogFormat;
import io.pascaline.cluster.ClusterSettings;
import io.pascaline.cluster.GatewayNodeSettings;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.gateway.InputDescription;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.PublicIdentity;
import java.net.URI;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The configuration file of one role: the keys that all roles have, and those of each. See {@code
 * docs/settings.md} for what they mean.
 */
public final class RoleConfig {
  /** What is said where links are not protected. */
  public static final String INSECURE_WARNING =
      "insecure = true: links are neither encrypted nor authenticated;"
          + " whoever reaches the network can read, change and forge everything";

  /** What is said where the nodes of a cluster talk without TLS. */
  public static final String CLUSTER_INSECURE_WARNING =
      "cluster.insecure = true: without certificates the cluster's nodes talk in plain TCP;"
          + " whoever reaches the network between them can read shares and join the cluster";

  /** What is said where a gateway is to serve without TLS. */
  public static final String GATEWAY_INSECURE_WARNING =
      "gateway.insecure = true: without a certificate the gateway serves plain HTTP;"
          + " whoever reaches the network between it and the proxy can read tokens and shares";

  private static final int MAX_THREADS = 1_024;
  private static final int MAX_SESSIONS = PartyLimits.MAX_COUNT;
  private static final int MAX_PER_SECOND = 1_000_000;

  /** A client that is party 1 can learn weights by asking, so it is not unlimited by default. */
  private static final int DEFAULT_INFERENCES_PER_MINUTE = 600;

  private static final int DEFAULT_GATEWAY_REQUESTS = 256;
  private static final int MAX_STORE_MIB = 1 << 20;
  private static final int MAX_MEMORY_MIB = 1 << 24;
  private static final int DEFAULT_STORE_MIB = 1024;
  private static final Duration DEFAULT_STORE_EXPIRY = Duration.ofHours(24);

  private final StrictConfig config;
  private final LinkConfig links;
  private final GatewayConfig gateway;
  private final ClusterConfig cluster;

  private RoleConfig(Path file, Set<String> keys) {
    config = StrictConfig.read(file, keys);
    links = new LinkConfig(config);
    gateway = new GatewayConfig(config);
    cluster = new ClusterConfig(config);
  }

  /** Returns the file of a dealer. */
  public static RoleConfig dealer(Path file) {
    return new RoleConfig(file, RoleKeys.DEALER);
  }

  /** Returns the file of a server, whose clients are party 1. */
  public static RoleConfig server(Path file) {
    return new RoleConfig(file, RoleKeys.SERVER);
  }

  /** Returns the file of a client that is party 1. */
  public static RoleConfig clientAsParty(Path file) {
    return new RoleConfig(file, RoleKeys.CLIENT_AS_PARTY);
  }

  /** Returns the file of a party. */
  public static RoleConfig party(Path file) {
    return new RoleConfig(file, RoleKeys.PARTY);
  }

  /** Returns the file of a gateway that is a separate process: it has no links and no cell. */
  public static RoleConfig gatewayNode(Path file) {
    return new RoleConfig(file, RoleKeys.GATEWAY_NODE);
  }

  /** Returns the file of a client. */
  public static RoleConfig client(Path file) {
    return new RoleConfig(file, RoleKeys.CLIENT);
  }

  /** Returns the file of any role, for a command that wants to know where the role is. */
  public static RoleConfig any(Path file) {
    return new RoleConfig(file, RoleKeys.ANY);
  }

  /** Returns the settings as those of a client. */
  public ClientConfig asClient() {
    return new ClientConfig(config);
  }

  /** Returns the settings themselves, for what a role alone has. */
  public StrictConfig settings() {
    return config;
  }

  /** Returns which party's file it is, 0 or 1: that of party 1 says where party 0 is. */
  public int partyId() {
    return config.has("party0") ? 1 : 0;
  }

  /**
   * Returns where the role listens: one address, or all of the machine's if peers are told another;
   * port 0 is replaced by a free one before anybody is told.
   */
  public LinkAddress listen() {
    return links.listen();
  }

  /**
   * Returns where a peer is reached.
   *
   * @param key the setting that names it
   */
  public LinkAddress dialled(String key) {
    return links.dialled(key);
  }

  /** Returns where peers are told to reach the role; empty if it is where it listens. */
  public Optional<HostPort> advertised() {
    return config.has("advertise") ? Optional.of(config.address("advertise")) : Optional.empty();
  }

  /** Returns where the role serves its metrics; empty if nobody is to ask. */
  public Optional<HostPort> metrics() {
    return config.has("metrics") ? Optional.of(config.address("metrics")) : Optional.empty();
  }

  /** Returns the settings of a party's gateway; empty if it has none. */
  public Optional<GatewaySettings> gateway() {
    return gateway.read();
  }

  /** Returns the name of the cell that a party is in; empty if it is in none. */
  public Optional<String> cell() {
    return cluster.cell();
  }

  /** Returns where clients reach the gateway of a cell's party; empty if they are not told. */
  public Optional<URI> publicUrl() {
    return cluster.publicUrl();
  }

  /**
   * Returns how a node joins its operator's cluster.
   *
   * @param partyId whose operator's
   */
  public ClusterSettings cluster(int partyId) {
    return cluster.read(partyId);
  }

  /** Returns whether the nodes of a cluster may talk without TLS. */
  public boolean isClusterInsecure() {
    return cluster.isInsecure();
  }

  /** Returns whether the file is that of a gateway that is a process of its own. */
  public boolean isGatewayNode() {
    return config.has("party");
  }

  /** Returns what a gateway that is a process of its own serves. */
  public GatewayNodeSettings gatewayNode() {
    return gatewayNode(plan());
  }

  /** Returns whose gateway it is, 0 or 1. */
  public int gatewayParty() {
    return Integer.parseInt(config.choice("party", List.of("0", "1"), ""));
  }

  /**
   * Returns how a gateway that is a process of its own serves one of its models.
   *
   * @param plan of the model
   */
  public GatewayNodeSettings gatewayNode(NetworkPlan plan) {
    return new GatewayNodeSettings(
        gatewayParty(),
        plan,
        config.number("gateway.max-requests", 1, MAX_SESSIONS, DEFAULT_GATEWAY_REQUESTS),
        maxGatewayRequestsOfOne(),
        config.milliseconds("retry-after", 1, PartyLimits.defaults().retryAfterMs()));
  }

  /** Returns how many requests of one client such a gateway takes at a time. */
  public int maxGatewayRequestsOfOne() {
    return config.number(
        "gateway.max-requests-per-client", 1, MAX_SESSIONS, DEFAULT_GATEWAY_REQUESTS);
  }

  /** Returns whether a party's gateway may serve plain HTTP to other machines. */
  public boolean isGatewayInsecure() {
    return gateway.isInsecure();
  }

  /** Returns where a role that runs with this file serves its metrics. */
  public HostPort metricsOfRunningRole() {
    if (config.has("party1")) {
      throw config.wrong(
          "party1",
          "is what a client's file has, and clients serve no metrics",
          "name the file of a dealer or party");
    }
    HostPort address =
        metrics()
            .orElseThrow(
                () ->
                    config.wrong(
                        "metrics",
                        "is missing",
                        "add metrics = \"127.0.0.1:PORT\", another port for each role of a machine,"
                            + " and start the role again"));
    if (address.port() == 0) {
      throw config.wrong("metrics", "names no port", "name one, and start the role again");
    }
    return address;
  }

  /** Returns how the role is to log; empty for warnings alone. */
  public Optional<LogFormat> logFormat() {
    return config.has("log-format")
        ? Optional.of(config.choice("log-format", LogFormat.class, LogFormat.TEXT))
        : Optional.empty();
  }

  /** Returns whether the role's links are to be left open to everybody on the network. */
  public boolean isInsecure() {
    return links.isInsecure();
  }

  /** Returns the clients that a party admits by their identities. */
  public List<PublicIdentity> clients() {
    return links.clients();
  }

  /**
   * Returns how the role runs.
   *
   * @param role what it is
   * @param partyId 0 or 1 for a party, -1 otherwise
   */
  public RuntimeSettings runtime(Role role, int partyId) {
    return runtime().toBuilder().links(links.read(role, partyId)).build();
  }

  /**
   * Returns how a role runs where each client is party 1.
   *
   * @param role what it is; a client is a party
   * @param partyId 0 or 1 for a party, -1 otherwise
   */
  public RuntimeSettings runtimeWithClientsAsParty(Role role, int partyId) {
    return runtime().toBuilder().links(links.read(role, partyId, true)).build();
  }

  /** Returns whether a dealer is that of a server, whose clients have no key file. */
  public boolean isDealerOfServer(NetworkPlan plan) {
    return plan.visibility() == Visibility.OWNED && !config.has("keys.party1");
  }

  /** Returns the key that a dealer shares with a server. */
  public CorrelationKey serverKey() {
    return key("keys.party0");
  }

  /** Returns for how many inferences of one client a dealer deals; 0 does not limit. */
  public int inferencesPerMinute() {
    return config.number(
        "client.inferences-per-minute", 0, MAX_PER_SECOND, DEFAULT_INFERENCES_PER_MINUTE);
  }

  /** Returns for how many inferences a server precomputes for a client that has asked for one. */
  public int precomputedForClient() {
    return config.number("client.precomputed-correlations", 0, MAX_SESSIONS, 0);
  }

  /** Returns all but the links, which take an identity. */
  RuntimeSettings runtime() {
    RuntimeSettings defaults = RuntimeConfig.read(config);
    return defaults.toBuilder()
        .computeThreads(config.number("threads", 1, MAX_THREADS, defaults.computeThreads()))
        .precomputedCorrelations(
            config.number(
                "precomputed-correlations", 1, MAX_SESSIONS, defaults.precomputedCorrelations()))
        .memoryBytes((long) config.number("memory.max-mib", 1, MAX_MEMORY_MIB, 0) << 20)
        .maxSessions(config.number("max-sessions", 1, MAX_SESSIONS, defaults.maxSessions()))
        .limits(limits())
        .build();
  }

  /** Returns what a party lets itself be asked for. */
  public PartyLimits limits() {
    PartyLimits defaults = PartyLimits.defaults();
    return PartyLimits.builder()
        .maxBatch(config.number("max-batch", 1, LinkMessage.MAX_BATCH, defaults.maxBatch()))
        .maxQueued(config.number("max-queued", 1, MAX_SESSIONS, defaults.maxQueued()))
        .clientQuota(
            config.number(
                "client.max-sessions", 1, 2 * MAX_SESSIONS, defaults.maxSessionsPerClient()),
            config.number(
                "client.requests-per-second",
                0,
                MAX_PER_SECOND,
                defaults.requestsPerSecondPerClient()))
        .retryAfterMs(config.milliseconds("retry-after", 1, defaults.retryAfterMs()))
        .drainTimeoutMs(config.milliseconds("drain-timeout", 1, defaults.drainTimeoutMs()))
        .dealerCheckEvery(dealerChecks().every())
        .build();
  }

  /** Returns whether a party checks its dealer, and how often. */
  public DealerCheckSetting dealerChecks() {
    return new DealerCheckSetting(config);
  }

  /** Returns what a client makes of a picture, and the classes. */
  public InputDescription input() {
    return GatewayConfig.input(config);
  }

  /**
   * Returns where a dealer or a party keeps its state: a folder beside the file, if none is named.
   */
  public StateSettings state() {
    return new StateSettings(
            stateDirectory(), config.choice("audit", List.of("on", "off"), "off").equals("on"))
        .withStore(
            config.number("store.inferences", 0, StateSettings.MAX_STORE_SESSIONS, 0),
            (long) config.number("store.max-mib", 1, MAX_STORE_MIB, DEFAULT_STORE_MIB) << 20,
            config.duration("store.expiry", DEFAULT_STORE_EXPIRY).toMillis());
  }

  /** Returns the folder that a role has for itself. */
  public Path stateDirectory() {
    return config.has("state-directory") ? config.path("state-directory") : config.beside(".state");
  }

  /** Returns where a client that is party 1 keeps its state: nowhere, if no folder is named. */
  public StateSettings stateOfClient() {
    return config.has("state-directory") || config.has("audit")
        ? state()
        : StateSettings.inMemory();
  }

  /** Returns the folder that has a folder for each model; empty where one model is served. */
  public Optional<Path> models() {
    if (!config.has("models")) {
      return Optional.empty();
    }
    for (String other : new String[] {"share", "plan", "aeron.directory"}) {
      if (config.has(other)) {
        throw config.wrong(other, "is given beside models", "take one of them out");
      }
    }
    return Optional.of(config.path("models").toAbsolutePath().normalize());
  }

  /** Returns the public plan of a dealer or client. */
  public NetworkPlan plan() {
    return ModelFiles.plan("plan", config.path("plan"));
  }

  /** Returns a party's share of the model. */
  public ModelShare share() {
    return ModelFiles.share("share", config.path("share"));
  }

  /** Returns the key that a party shares with the dealer. */
  public CorrelationKey partyKey() {
    return key("key");
  }

  /**
   * Returns the keys that a dealer shares with the parties, by party.
   *
   * @throws SettingsFault if they are the same key: each party would know the other's masks, and
   *     with them everything
   */
  public List<CorrelationKey> dealerKeys() {
    List<CorrelationKey> keys = List.of(key("keys.party0"), key("keys.party1"));
    if (MessageDigest.isEqual(keys.get(0).encoded(), keys.get(1).encoded())) {
      throw config.wrong(
          "keys.party1",
          "holds the same key as keys.party0",
          "make one key for each party with 'pascaline keygen --out FILE'");
    }
    return keys;
  }

  private CorrelationKey key(String key) {
    byte[] bytes = KeyFile.read(config.path(key));
    try {
      return CorrelationKey.ofBytes(bytes);
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }
}
