// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import java.util.HashSet;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * The actor of a gateway node for one version of a model: asks the cluster's receptionist for the
 * cells that serve it, has them report their load, and hands what they say to {@link
 * ClusterEntrances}. The receptionist lists reachable nodes alone.
 */
final class GatewayCells extends AbstractBehavior<GatewayCells.Command> {
  private final ClusterEntrances entrances;
  private final ServiceKey<CellMessage> key;
  private Set<ActorRef<CellMessage>> listed = Set.of();

  /** What the actor is told: by cells, and by itself. */
  sealed interface Command permits GatewayMessage, Listed, Stop {}

  /** Ends the actor: the gateway does not serve the model any more. */
  enum Stop implements Command {
    INSTANCE
  }

  /** The cells in the cluster. */
  record Listed(Set<ActorRef<CellMessage>> cells) implements Command {
    /** Copies the set. */
    public Listed {
      cells = Set.copyOf(cells);
    }
  }

  static Behavior<Command> create(ClusterEntrances entrances, ServiceKey<CellMessage> key) {
    return Behaviors.setup(context -> new GatewayCells(context, entrances, key));
  }

  private GatewayCells(
      ActorContext<Command> context, ClusterEntrances entrances, ServiceKey<CellMessage> key) {
    super(context);
    this.entrances = entrances;
    this.key = key;
    context
        .getSystem()
        .receptionist()
        .tell(
            Receptionist.subscribe(
                key,
                context.messageAdapter(
                    Receptionist.Listing.class,
                    listing -> new Listed(listing.getServiceInstances(this.key)))));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Listed.class, this::onListed)
        .onMessage(GatewayMessage.Report.class, this::onReport)
        .onMessage(GatewayMessage.ToClient.class, this::onAnswer)
        .onMessage(Stop.class, stop -> Behaviors.stopped())
        .build();
  }

  private Behavior<Command> onListed(Listed message) {
    Set<ActorRef<CellMessage>> gone = new HashSet<>(listed);
    gone.removeAll(message.cells());
    gone.forEach(
        cell -> {
          getContext().getLog().info("the cell at {} is gone", cell.path().address());
          entrances.gone(cell);
        });
    Set<ActorRef<CellMessage>> added = new HashSet<>(message.cells());
    added.removeAll(listed);
    added.forEach(
        cell -> {
          getContext().getLog().info("there is a cell at {}", cell.path().address());
          entrances.listed(cell, getContext().getSelf().narrow());
          cell.tell(new CellMessage.Subscribe(getContext().getSelf().narrow()));
        });
    listed = message.cells();
    return this;
  }

  private Behavior<Command> onReport(GatewayMessage.Report message) {
    entrances.reported(message);
    return this;
  }

  private Behavior<Command> onAnswer(GatewayMessage.ToClient message) {
    entrances.answered(message.cell(), message.message());
    return this;
  }
}
