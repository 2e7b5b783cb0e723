// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.client.GatewayAddress;
import io.pascaline.actors.compute.ThreadPerTask;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.layers.plan.NetworkPlan;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One party of a cell in its operator's cluster: gateway nodes find it there, and bring it the
 * shares of their clients. Thread-safe.
 */
public final class CellNode implements AutoCloseable {
  /** What names of its actors begin with, which the settings of remoting know. */
  static final String ACTOR = "cell";

  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final ClusterMember member;
  private final int partyId;
  private final Optional<URI> ownGateway;
  private final Map<String, ActorRef<CellGate.Command>> gates = new ConcurrentHashMap<>();

  private CellNode(String name, ClusterMember member, int partyId, Optional<URI> ownGateway) {
    this.name = name;
    this.ownGateway = ownGateway;
    this.member = member;
    this.partyId = partyId;
  }

  /**
   * Joins the cluster in the background; the cell is assigned requests once its party has
   * correlations.
   *
   * @param name of the cell: letters, digits and the characters - _, at most 64; the same at both
   *     operators
   * @param settings of the operator's cluster
   * @param entrance where clients enter the party
   * @param gateway where clients reach the party's own gateway, {@code https://HOST:PORT} or plain
   *     HTTP at loopback; empty if they are not told
   * @param party closed, so that it finishes what it has begun, while gateways still listen
   * @throws IllegalArgumentException if a setting cannot be used, in one line
   */
  public static CellNode join(
      String name,
      ClusterSettings settings,
      ClientEntrance entrance,
      Optional<URI> gateway,
      AutoCloseable party) {
    requirePartyOf(settings.partyId(), entrance);
    CellNode node = join(name, settings, ClusterMember.shareBytes(entrance.plan()), gateway, party);
    node.serve(entrance);
    return node;
  }

  /**
   * Joins the cluster with a party that serves no model yet: see {@link #serve}.
   *
   * @param name of the cell, as above
   * @param settings of the operator's cluster
   * @param gateway as above; it serves a version before this node does
   * @param party closed as above
   * @throws IllegalArgumentException if a setting cannot be used, in one line
   */
  public static CellNode join(
      String name, ClusterSettings settings, Optional<URI> gateway, AutoCloseable party) {
    return join(name, settings, ClusterMember.MAX_SHARE_BYTES_OF_SEVERAL, gateway, party);
  }

  private static CellNode join(
      String name,
      ClusterSettings settings,
      long maxShareBytes,
      Optional<URI> gateway,
      AutoCloseable party) {
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException(
          "name of a cell must be letters, digits and the characters - _, at most 64: " + name);
    }
    gateway.ifPresent(GatewayAddress::requireProtected);
    CellNode node =
        new CellNode(
            name,
            ClusterMember.join(settings, maxShareBytes, Downing.CELL_ROLE),
            settings.partyId(),
            gateway);
    node.member.whenLeaving(
        CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain the cell", node::drain);
    node.member.whenLeaving(
        CoordinatedShutdown.PhaseServiceRequestsDone(),
        "close the party",
        () ->
            CompletableFuture.supplyAsync(
                () -> closed(party), new ThreadPerTask("pascaline-cell-close")));
    return node;
  }

  private static void requirePartyOf(int partyId, ClientEntrance entrance) {
    if (entrance.partyId() != partyId) {
      throw new IllegalArgumentException(
          "party " + entrance.partyId() + " must not join the cluster of party " + partyId);
    }
  }

  /**
   * Serves one more version of a model: gateways that serve it find the cell, and assign it
   * requests once its party has correlations.
   *
   * @param entrance where clients enter the party of that model
   * @throws IllegalArgumentException if it is that of the other party, if a model of the same plan
   *     is served, or if its shares are too large
   */
  public synchronized void serve(ClientEntrance entrance) {
    requirePartyOf(partyId, entrance);
    NetworkPlan plan = entrance.plan();
    member.requireRoom(plan);
    if (gates.containsKey(ClusterMember.digest(plan))) {
      throw new IllegalArgumentException(
          "a model of the plan " + ClusterMember.digest(plan) + " is served already");
    }
    gates.put(
        ClusterMember.digest(plan),
        member.spawn(CellGate.create(name, entrance, ownGateway, ClusterMember.key(plan)), ACTOR));
  }

  /**
   * Takes no new requests for a version. Those that are in flight at its party get their answers;
   * run what this returns once the party has drained.
   *
   * @param plan of the version
   * @return ends what clients of the version still await
   */
  public Runnable withdraw(NetworkPlan plan) {
    ActorRef<CellGate.Command> gate = gates.remove(ClusterMember.digest(plan));
    if (gate == null) {
      return () -> {};
    }
    drained(gate).toCompletableFuture().join();
    return () -> gate.tell(CellGate.Stop.INSTANCE);
  }

  private CompletionStage<Done> drain() {
    return gates.values().stream()
        .map(this::drained)
        .reduce(
            CompletableFuture.completedStage(Done.getInstance()),
            (one, other) -> one.thenCombine(other, (done, same) -> done));
  }

  /** Completes when gateways have been told, or if that takes too long. */
  private CompletionStage<Done> drained(ActorRef<CellGate.Command> gate) {
    try {
      CompletionStage<Done> told =
          AskPattern.ask(gate, CellGate.Drain::new, DRAIN_TIMEOUT, member.system().scheduler());
      // The system's own timer ends with it, and whoever asks would wait for ever.
      return told.toCompletableFuture()
          .copy()
          .completeOnTimeout(
              Done.getInstance(), 2 * DRAIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
          .exceptionally(late -> Done.getInstance());
    } catch (IllegalStateException ended) {
      return CompletableFuture.completedStage(Done.getInstance()); // The node has left.
    }
  }

  private static Done closed(AutoCloseable party) {
    try {
      party.close();
    } catch (Exception e) {
      throw new IllegalStateException("the party did not close in good order", e);
    }
    return Done.getInstance();
  }

  /** Returns the actor system, which tests end without leaving the cluster. */
  ActorSystem<Void> system() {
    return member.system();
  }

  /** Returns the cell's name. */
  public String name() {
    return name;
  }

  /** Returns where other nodes of the cluster reach it: a seed for them. */
  public String clusterAddress() {
    return member.address();
  }

  /** Returns the nodes of the cluster, with their states, for people. */
  public List<String> members() {
    return member.members();
  }

  /** Returns whether the cluster has taken the node up. */
  public boolean isUp() {
    return member.isUp();
  }

  /** Completes with one line if the node ends without having been closed. */
  public CompletionStage<String> failure() {
    return member.failure();
  }

  /** Takes no new requests, lets the party finish what it has begun, and leaves the cluster. */
  @Override
  public void close() {
    member.leave();
  }
}
