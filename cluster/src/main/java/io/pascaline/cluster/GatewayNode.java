// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.gateway.Gateway;
import io.pascaline.gateway.GatewaySettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * A gateway of an operator that has cells: serves HTTPS, and brings each request to the cell that
 * it is assigned to. Thread-safe.
 */
public final class GatewayNode implements AutoCloseable {
  /** Time that requests in flight have to finish after the node is told to stop. */
  public static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(10);

  /** The actor's name, which the settings of remoting know. */
  static final String ACTOR = "gateway-cells";

  private static final long PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(10);

  private final ClusterEntrances entrances;
  private final ClusterMember<GatewayCells.Command> member;
  private final Gateway gateway;

  private GatewayNode(
      ClusterEntrances entrances, ClusterMember<GatewayCells.Command> member, Gateway gateway) {
    this.entrances = entrances;
    this.member = member;
    this.gateway = gateway;
  }

  /**
   * Starts a gateway and joins its operator's cluster in the background.
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
    ClusterEntrances entrances =
        new ClusterEntrances(settings, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    Gateway gateway = Gateway.start(http, entrances);
    try {
      return new GatewayNode(
          entrances,
          ClusterMember.join(
              cluster,
              settings.plan(),
              GatewayCells.create(entrances, ClusterMember.key(settings.plan())),
              ACTOR,
              Downing.GATEWAY_ROLE),
          gateway);
    } catch (RuntimeException e) {
      gateway.close();
      throw e;
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

  /** Returns the latest loads of the cells, by name. */
  public List<CellLoad> cells() {
    return entrances.loads();
  }

  /** Returns how many requests of this gateway a cell has not answered. */
  public int unansweredCount(String cell) {
    return entrances.unansweredCount(cell);
  }

  /**
   * Changes how many requests of one client it takes at a time; those that are in flight finish.
   *
   * @param maxRequestsOfOne at least 1
   * @throws IllegalArgumentException if that is out of range; the quota stays
   */
  public void limitClients(int maxRequestsOfOne) {
    entrances.limitClients(maxRequestsOfOne);
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
    gateway.drain();
    long endNs = System.nanoTime() + DRAIN_TIMEOUT.toNanos();
    while (entrances.unansweredCount() > 0 && System.nanoTime() - endNs < 0) {
      LockSupport.parkNanos(PAUSE_NS);
    }
    member.leave();
    gateway.close();
  }
}
