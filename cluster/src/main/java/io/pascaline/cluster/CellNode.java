// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.client.GatewayAddress;
import io.pascaline.actors.role.ClientEntrance;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;

/**
 * One party of a cell in its operator's cluster: gateway nodes find it there, and bring it the
 * shares of their clients. Thread-safe.
 */
public final class CellNode implements AutoCloseable {
  /** The actor's name, which the settings of remoting know. */
  static final String ACTOR = "cell";

  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

  private final String name;
  private final ClusterMember<CellGate.Command> member;

  private CellNode(String name, ClusterMember<CellGate.Command> member) {
    this.name = name;
    this.member = member;
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
    if (!name.matches("[A-Za-z0-9_-]{1,64}")) {
      throw new IllegalArgumentException(
          "name of a cell must be letters, digits and the characters - _, at most 64: " + name);
    }
    if (entrance.partyId() != settings.partyId()) {
      throw new IllegalArgumentException(
          "party "
              + entrance.partyId()
              + " must not join the cluster of party "
              + settings.partyId());
    }
    gateway.ifPresent(GatewayAddress::requireProtected);
    CellNode node =
        new CellNode(
            name,
            ClusterMember.join(
                settings,
                entrance.plan(),
                CellGate.create(name, entrance, gateway, ClusterMember.key(entrance.plan())),
                ACTOR,
                Downing.CELL_ROLE));
    node.member.whenLeaving(
        CoordinatedShutdown.PhaseBeforeServiceUnbind(), "drain the cell", node::drain);
    node.member.whenLeaving(
        CoordinatedShutdown.PhaseServiceRequestsDone(),
        "close the party",
        () -> CompletableFuture.supplyAsync(() -> closed(party)));
    return node;
  }

  private CompletionStage<Done> drain() {
    return AskPattern.ask(
        member.actor(), CellGate.Drain::new, DRAIN_TIMEOUT, member.system().scheduler());
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
