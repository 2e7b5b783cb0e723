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
import java.util.concurrent.atomic.AtomicInteger;
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

/**
 * A node's membership in its operator's cluster, with the actors that it has there. Thread-safe.
 */
final class ClusterMember {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterMember.class);
  private static final long LEAVE_TIMEOUT_MS = ClusterSettings.DRAIN_TIMEOUT_MS + 60_000;

  /** The largest share, of an input or output, of a node that serves several models. */
  static final long MAX_SHARE_BYTES_OF_SEVERAL = 4 << 20;

  private final ActorSystem<Void> system;
  private final long maxShareBytes;
  private final AtomicInteger spawned = new AtomicInteger();

  private ClusterMember(ActorSystem<Void> system, long maxShareBytes) {
    this.system = system;
    this.maxShareBytes = maxShareBytes;
  }

  /**
   * Joins the cluster in the background.
   *
   * @param settings of the cluster
   * @param maxShareBytes the largest share that it takes, of an input or an output
   * @param role of the node, one of those of {@link Downing}
   * @throws IllegalArgumentException if an address or a file cannot be used, in one line
   */
  static ClusterMember join(ClusterSettings settings, long maxShareBytes, String role) {
    Config config = settings.toPekko(maxShareBytes, role);
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
    return new ClusterMember(system, maxShareBytes);
  }

  /** Returns the size of the larger one of a plan's input and output shares. */
  static long shareBytes(NetworkPlan plan) {
    return (long) Integer.BYTES * Math.max(plan.inputWordCount(), plan.outputWordCount());
  }

  /**
   * Checks that nodes send each other the shares of a plan.
   *
   * @throws IllegalArgumentException if they are larger than what the node has joined with
   */
  void requireRoom(NetworkPlan plan) {
    if (shareBytes(plan) > maxShareBytes) {
      throw new IllegalArgumentException(
          "shares of "
              + plan.name()
              + " have "
              + shareBytes(plan)
              + " bytes, and a node of several models takes at most "
              + maxShareBytes
              + ": serve it at nodes of its own");
    }
  }

  /**
   * Starts an actor.
   *
   * @param kind of the actor, which the settings of remoting know
   */
  <C> ActorRef<C> spawn(Behavior<C> behavior, String kind) {
    String name = kind + "-" + spawned.incrementAndGet();
    return system.systemActorOf(behavior, name, Props.empty());
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
    return ServiceKey.create(CellMessage.class, "cell:" + plan.name() + ":" + digest(plan));
  }

  /** Returns what tells plans apart. */
  static String digest(NetworkPlan plan) {
    return HexFormat.of().formatHex(plan.digest());
  }

  ActorSystem<Void> system() {
    return system;
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
