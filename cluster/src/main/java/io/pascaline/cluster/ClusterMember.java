// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import com.typesafe.config.Config;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import java.util.stream.StreamSupport;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;
import org.apache.pekko.cluster.ClusterEvent.CurrentClusterState;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A node's membership in its operator's cluster, with the one actor that it has there. */
final class ClusterMember<C> {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMember.class);
  private static final long LEAVE_TIMEOUT_MS = ClusterSettings.DRAIN_TIMEOUT_MS + 60_000;

  private final ActorSystem<Void> system;
  private final ActorRef<C> actor;

  private ClusterMember(ActorSystem<Void> system, ActorRef<C> actor) {
    this.system = system;
    this.actor = actor;
  }

  /**
   * Joins the cluster in the background.
   *
   * @param settings of the cluster
   * @param plan whose shares it takes
   * @param behavior of the actor
   * @param name of the actor
   * @param role of the node, one of those of {@link Downing}
   * @throws IllegalArgumentException if an address or a file cannot be used, in one line
   */
  static <C> ClusterMember<C> join(
      ClusterSettings settings, NetworkPlan plan, Behavior<C> behavior, String name, String role) {
    Config config = settings.toPekko(plan, role);
    ActorSystem<Void> system;
    try {
      system = ActorSystem.create(Behaviors.empty(), settings.systemName(), config);
    } catch (RuntimeException e) {
      throw new IllegalArgumentException(
          "the cluster's node at "
              + settings.host()
              + ":"
              + settings.port()
              + " cannot start ("
              + root(e).getMessage()
              + ")",
          e);
    }
    Cluster cluster = Cluster.get(system);
    if (settings.seeds().isEmpty()) {
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
    }
    return new ClusterMember<>(system, system.systemActorOf(behavior, name, Props.empty()));
  }

  private static Throwable root(Throwable fault) {
    Throwable cause = fault;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /** Returns what cells of a plan are registered under: its model and version. */
  static ServiceKey<CellMessage> key(NetworkPlan plan) {
    return ServiceKey.create(
        CellMessage.class, "cell:" + plan.name() + ":" + HexFormat.of().formatHex(plan.digest()));
  }

  ActorSystem<Void> system() {
    return system;
  }

  ActorRef<C> actor() {
    return actor;
  }

  /** Returns where other nodes reach it, {@code HOST:PORT}, an ephemeral port resolved. */
  String address() {
    Address address = Cluster.get(system).selfMember().address();
    return address.getHost().orElseThrow() + ":" + address.getPort().orElseThrow();
  }

  /** Returns the members, with their states, for people. */
  List<String> members() {
    CurrentClusterState state = Cluster.get(system).state();
    return StreamSupport.stream(state.getMembers().spliterator(), false)
        .map(
            member ->
                member.address().hostPort()
                    + " "
                    + member.status().toString().toLowerCase(Locale.ROOT)
                    + (isUnreachable(state, member) ? ", unreachable" : ""))
        .toList();
  }

  private static boolean isUnreachable(CurrentClusterState state, Member member) {
    return state.getUnreachable().contains(member);
  }

  /** Returns whether the cluster has taken the node up. */
  boolean isUp() {
    return Cluster.get(system).selfMember().status().equals(MemberStatus.up());
  }

  /** Completes with one line if the node ends without having been closed. */
  CompletionStage<String> failure() {
    return system
        .getWhenTerminated()
        .thenApply(
            done ->
                "the node has left its cluster, which may have taken it for unreachable: see its"
                    + " log, and start it again");
  }

  /**
   * Adds what is done when the node leaves.
   *
   * @param phase one of Pekko's
   * @param name of the task
   * @param task done in that phase
   */
  void whenLeaving(String phase, String name, Supplier<CompletionStage<Done>> task) {
    CoordinatedShutdown.get(system).addTask(phase, name, task);
  }

  /** Leaves the cluster in good order: Pekko's coordinated shutdown. */
  void leave() {
    CompletionStage<Done> left =
        CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.actorSystemTerminateReason());
    try {
      left.toCompletableFuture().get(LEAVE_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TimeoutException | ExecutionException | CompletionException e) {
      LOG.warn("the node has not left its cluster in good order", e);
    }
  }
}
