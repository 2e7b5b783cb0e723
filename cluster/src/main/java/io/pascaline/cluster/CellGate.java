// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.gateway.Entrances;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.AbstractBehavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.Receive;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.actor.typed.receptionist.Receptionist;
import org.apache.pekko.actor.typed.receptionist.ServiceKey;

/**
 * The actor of a cell node for one version of a model: registers the cell with the cluster's
 * receptionist, reports its load to gateway nodes, and is where their clients enter the party.
 *
 * <pre>
 * serving --drain--> draining --stop--> stopped
 * </pre>
 *
 * A cell that drains reports that it serves nobody, and still answers what it has begun.
 */
final class CellGate extends AbstractBehavior<CellGate.Command> {
  private static final Duration LOOK_INTERVAL = Duration.ofMillis(50);

  /** Looks between two reports of an unchanged load; well within its expiry. */
  private static final int LOOKS_A_REPORT = 5;

  private final String name;
  private final ClientEntrance entrance;
  private final Optional<URI> ownGateway;
  private final byte[] planDigest;
  private final Set<ActorRef<GatewayMessage>> gateways = new HashSet<>();
  private final Map<ClientKey, RelayedClient> clients = new HashMap<>();
  private CellLoad reported;
  private int looks;
  private boolean draining;

  /** What the actor is told: by gateways, and by its own node. */
  sealed interface Command permits CellMessage, Drain, Stop, Look, GatewayGone {}

  /**
   * Asks the cell to take no new requests.
   *
   * @param replyTo told when gateways have been told
   */
  record Drain(ActorRef<Done> replyTo) implements Command {}

  /** Ends the actor, and what clients still await. */
  enum Stop implements Command {
    INSTANCE
  }

  private enum Look implements Command {
    INSTANCE
  }

  private record GatewayGone(ActorRef<GatewayMessage> gateway) implements Command {}

  private record ClientKey(ActorRef<GatewayMessage> gateway, String client) {}

  /**
   * Creates the actor.
   *
   * @param name of the cell
   * @param entrance where clients enter its party
   * @param ownGateway where clients reach the party's own gateway; empty if they are not told
   * @param key what it is registered under
   */
  static Behavior<Command> create(
      String name, ClientEntrance entrance, Optional<URI> ownGateway, ServiceKey<CellMessage> key) {
    return Behaviors.withTimers(
        timers ->
            Behaviors.setup(
                context -> new CellGate(context, timers, name, entrance, ownGateway, key)));
  }

  private CellGate(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      String name,
      ClientEntrance entrance,
      Optional<URI> ownGateway,
      ServiceKey<CellMessage> key) {
    super(context);
    this.name = name;
    this.ownGateway = ownGateway;
    this.entrance = entrance;
    planDigest = entrance.plan().digest();
    timers.startTimerWithFixedDelay(Look.INSTANCE, LOOK_INTERVAL);
    context.getSystem().receptionist().tell(Receptionist.register(key, self()));
  }

  private ActorRef<CellMessage> self() {
    return getContext().getSelf().narrow();
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(CellMessage.Subscribe.class, this::onSubscribe)
        .onMessage(CellMessage.FromClient.class, this::onFromClient)
        .onMessage(CellMessage.ClientGone.class, this::onClientGone)
        .onMessage(Drain.class, this::onDrain)
        .onMessage(Stop.class, stop -> Behaviors.stopped())
        .onMessage(Look.class, this::onLook)
        .onMessage(GatewayGone.class, this::onGatewayGone)
        .onSignal(PostStop.class, this::onPostStop)
        .build();
  }

  private Behavior<Command> onSubscribe(CellMessage.Subscribe message) {
    know(message.gateway());
    message.gateway().tell(report(load()));
    return this;
  }

  private void know(ActorRef<GatewayMessage> gateway) {
    if (gateways.add(gateway)) {
      getContext().watchWith(gateway, new GatewayGone(gateway));
    }
  }

  private Behavior<Command> onFromClient(CellMessage.FromClient message) {
    if (!message.client().startsWith(Entrances.TOKEN_IDENTITY_PREFIX)) {
      getContext().getLog().warn("a gateway named a client that is none of its own");
      return this;
    }
    know(message.gateway());
    clients
        .compute(
            new ClientKey(message.gateway(), message.client()),
            (key, last) -> last != null && last.isOpen() ? last : opened(key))
        .receive(message.message());
    return this;
  }

  private RelayedClient opened(ClientKey client) {
    RelayedClient opened =
        new RelayedClient(
            client.client(), planDigest, client.gateway(), self(), entrance.listener());
    opened.open();
    return opened;
  }

  private Behavior<Command> onClientGone(CellMessage.ClientGone message) {
    RelayedClient gone = clients.remove(new ClientKey(message.gateway(), message.client()));
    if (gone != null) {
      gone.close("the gateway has closed it");
    }
    return this;
  }

  /** What a gateway asked for and cannot be told any more ends here, too. */
  private Behavior<Command> onGatewayGone(GatewayGone message) {
    gateways.remove(message.gateway());
    for (Iterator<Map.Entry<ClientKey, RelayedClient>> each = clients.entrySet().iterator();
        each.hasNext(); ) {
      Map.Entry<ClientKey, RelayedClient> entry = each.next();
      if (entry.getKey().gateway().equals(message.gateway())) {
        each.remove();
        entry.getValue().close("its gateway is gone");
      }
    }
    return this;
  }

  private Behavior<Command> onDrain(Drain message) {
    draining = true;
    reportToAll(load());
    // It stays registered: gateways would take the answers that are left for lost.
    message.replyTo().tell(Done.getInstance());
    return this;
  }

  private Behavior<Command> onLook(Look message) {
    CellLoad load = load();
    if (!load.equals(reported) || ++looks % LOOKS_A_REPORT == 0) {
      reportToAll(load);
    }
    return this;
  }

  private void reportToAll(CellLoad load) {
    reported = load;
    gateways.forEach(gateway -> gateway.tell(report(load)));
  }

  private CellLoad load() {
    CellLoad counted = CellLoad.of(name, entrance.counters());
    return draining
        ? new CellLoad(
            name, false, counted.requests(), counted.waiting(), counted.correlationsReady())
        : counted;
  }

  private GatewayMessage.Report report(CellLoad load) {
    return new GatewayMessage.Report(
        self(), load, PartyReadiness.of(entrance.counters()), ownGateway);
  }

  private Behavior<Command> onPostStop(PostStop signal) {
    clients.values().forEach(client -> client.close("the cell has closed"));
    clients.clear();
    return this;
  }
}
