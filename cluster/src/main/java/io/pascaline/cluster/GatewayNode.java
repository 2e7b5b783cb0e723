// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.closing.Parts;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewaySettings;
import io.pascaline.gateway.InputDescription;
import io.pascaline.layers.plan.NetworkPlan;
import java.net.URI;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * A gateway of an operator that has cells: serves HTTPS, and brings each request to the cell that
 * it is assigned to. It serves versions of models, each at the cells that have it. Thread-safe.
 */
public final class GatewayNode implements AutoCloseable {
  /** Time that requests in flight have to finish after the node is told to stop. */
  public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

  /** What names of its actors begin with, which the settings of remoting know. */
  static final String ACTOR = "gateway-cells";

  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final int partyId;
  private final ClusterMember member;
  private final Gateway gateway;
  private final Map<String, Version> versions = new ConcurrentSkipListMap<>();

  /** 0 until it is changed. */
  private volatile int maxRequestsOfOne;

  /** A version of a model: its cells, and the actor that knows them. */
  private record Version(ClusterEntrances entrances, ActorRef<GatewayCells.Command> actor) {}

  private GatewayNode(int partyId, ClusterMember member, Gateway gateway) {
    this.partyId = partyId;
    this.member = member;
    this.gateway = gateway;
  }

  /**
   * Starts a gateway of one model and joins its operator's cluster in the background.
   *
   * @param settings what it serves
   * @param http where it listens and whom it serves
   * @param cluster of the operator
   * @throws IllegalArgumentException if a setting cannot be used, in one line
   */
  public static GatewayNode start(
      GatewayNodeSettings settings, GatewaySettings http, ClusterSettings cluster) {
    if (settings.partyId() != cluster.partyId()) {
      throw new IllegalArgumentException(
          "the gateway of party "
              + settings.partyId()
              + " must not join the cluster of party "
              + cluster.partyId());
    }
    ClusterEntrances entrances = entrances(settings);
    GatewayNode node =
        joined(Gateway.start(http, entrances), ClusterMember.shareBytes(settings.plan()), cluster);
    node.add(entrances);
    return node;
  }

  /**
   * Starts a gateway that serves no model yet, and joins its operator's cluster in the background:
   * see {@link #serve}.
   *
   * @param http where it listens and whom it serves; the description of inputs is not used
   * @param cluster of the operator
   * @throws IllegalArgumentException if a setting cannot be used, in one line
   */
  public static GatewayNode start(GatewaySettings http, ClusterSettings cluster) {
    return joined(
        Gateway.startForCells(http, cluster.partyId()),
        ClusterMember.MAX_SHARE_BYTES_OF_SEVERAL,
        cluster);
  }

  private static GatewayNode joined(Gateway gateway, long maxShareBytes, ClusterSettings cluster) {
    try {
      return new GatewayNode(
          cluster.partyId(),
          ClusterMember.join(cluster, maxShareBytes, Downing.GATEWAY_ROLE),
          gateway);
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
    }
  }

  /**
   * Serves one more version of a model, at the cells that have it. The first one of a name is the
   * default: requests that name no version are for it.
   *
   * @param settings the version, and how many requests are taken for it
   * @param input what clients make of a picture, and the classes
   * @throws IllegalArgumentException if the settings are the other party's, if a model of the same
   *     plan is served, or if its shares are too large
   */
  public synchronized void serve(GatewayNodeSettings settings, InputDescription input) {
    if (settings.partyId() != partyId) {
      throw new IllegalArgumentException(
          "the gateway of party " + partyId + " must not serve for party " + settings.partyId());
    }
    member.requireRoom(settings.plan());
    ClusterEntrances entrances = entrances(settings);
    if (maxRequestsOfOne > 0) {
      entrances.limitClients(maxRequestsOfOne);
    }
    gateway.serve(entrances, input);
    add(entrances);
  }

  private static ClusterEntrances entrances(GatewayNodeSettings settings) {
    return new ClusterEntrances(settings, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
  }

  private void add(ClusterEntrances entrances) {
    NetworkPlan plan = entrances.plan();
    versions.put(
        ClusterMember.digest(plan),
        new Version(
            entrances,
            member.spawn(GatewayCells.create(entrances, ClusterMember.key(plan)), ACTOR)));
  }

  /**
   * Makes a version the default of its name.
   *
   * @param plan of the version
   * @throws IllegalArgumentException if it is not served
   */
  public void makeDefault(NetworkPlan plan) {
    gateway.makeDefault(plan);
  }

  /**
   * Serves a version no longer: refuses new requests for it, and waits for those that cells have
   * not answered, at most ten seconds.
   *
   * @param plan of the version
   */
  public void withdraw(NetworkPlan plan) {
    Version version;
    Runnable ofClients;
    synchronized (this) {
      version = versions.get(ClusterMember.digest(plan));
      if (version == null) {
        return;
      }
      ofClients = gateway.withdraw(plan);
    }
    // Without the lock: meanwhile quotas may change, and other versions come.
    awaitAnswers(List.of(version));
    synchronized (this) {
      ofClients.run();
      versions.remove(ClusterMember.digest(plan), version);
    }
    version.actor().tell(GatewayCells.Stop.INSTANCE);
  }

  /** An interruption ends the wait: no pause would last any longer. */
  private static void awaitAnswers(Collection<Version> versions) {
    long endNs = System.nanoTime() + DRAIN_TIMEOUT.toNanos();
    while (versions.stream().anyMatch(version -> version.entrances().unansweredCount() > 0)
        && System.nanoTime() - endNs < 0
        && !Thread.currentThread().isInterrupted()) {
      LockSupport.parkNanos(PAUSE_NS);
    }
  }

  /** Returns the actor system, which tests end without leaving the cluster. */
  ActorSystem<Void> system() {
    return member.system();
  }

  /** Returns where it is reached, an ephemeral port resolved. */
  public URI address() {
    return gateway.address();
  }

  /** Returns what serves HTTP, for its metrics. */
  public Gateway gateway() {
    return gateway;
  }

  /** Returns the plans of the versions that it serves. */
  public List<NetworkPlan> plans() {
    return versions.values().stream().map(version -> version.entrances().plan()).toList();
  }

  /**
   * Returns the latest loads of the cells that have a version, by name.
   *
   * @param plan of the version
   */
  public List<CellLoad> cells(NetworkPlan plan) {
    Version version = versions.get(ClusterMember.digest(plan));
    return version == null ? List.of() : version.entrances().loads();
  }

  /**
   * Returns how many requests of this gateway for a version a cell has not answered.
   *
   * @param plan of the version
   * @param cell its name
   */
  public int unansweredCount(NetworkPlan plan, String cell) {
    Version version = versions.get(ClusterMember.digest(plan));
    return version == null ? 0 : version.entrances().unansweredCount(cell);
  }

  /**
   * Changes how many requests of one client it takes at a time for a version; those that are in
   * flight finish.
   *
   * @param maxRequests at least 1
   * @throws IllegalArgumentException if that is out of range; the quota stays
   */
  public synchronized void limitClients(int maxRequests) {
    if (maxRequests < 1) {
      throw new IllegalArgumentException("maxRequests must be at least 1: " + maxRequests);
    }
    maxRequestsOfOne = maxRequests;
    versions.values().forEach(version -> version.entrances().limitClients(maxRequests));
  }

  /** Returns where other nodes of the cluster reach it: a seed for them. */
  public String clusterAddress() {
    return member.address();
  }

  /** Returns the nodes of the cluster, with their states, for people. */
  public List<String> members() {
    return member.members();
  }

  /** Completes with one line if the gateway or its node ends without having been closed. */
  public CompletionStage<String> failure() {
    return gateway.failure().applyToEither(member.failure(), Function.identity());
  }

  /**
   * Refuses new requests, waits for those that cells have not answered, at most ten seconds, leaves
   * the cluster and ends all connections.
   */
  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(gateway);
    parts.own(member::leave);
    parts.own(() -> awaitAnswers(versions.values()));
    parts.own(gateway::drain);
    parts.close();
  }
}
