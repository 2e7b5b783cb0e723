// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.gateway.Entrances;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * The entrances of a gateway node for one version of a model: those of the cells that have it.
 * {@link GatewayCells} feeds it, the gateway's connections ask it. Thread-safe.
 */
final class ClusterEntrances implements Entrances {
  private final GatewayNodeSettings settings;
  private final LongSupplier clockMs;
  private final CellTable<ActorRef<CellMessage>> table = new CellTable<>();
  private final Map<ActorRef<CellMessage>, RemoteCell> parties = new HashMap<>();
  private volatile int maxRequestsOfOne;

  ClusterEntrances(GatewayNodeSettings settings, LongSupplier clockMs) {
    this.settings = settings;
    maxRequestsOfOne = settings.maxRequestsOfOne();
    this.clockMs = clockMs;
  }

  /** Adds a node that the cluster's registry lists. */
  synchronized void listed(ActorRef<CellMessage> node, ActorRef<GatewayMessage> gateway) {
    parties.computeIfAbsent(node, listed -> new RemoteCell(listed, gateway));
  }

  /** Forgets a node that the registry lists no more, and ends what is unanswered there. */
  void gone(ActorRef<CellMessage> node) {
    RemoteCell party;
    synchronized (this) {
      table.gone(node);
      party = parties.remove(node);
    }
    if (party != null) {
      party.gone();
    }
  }

  /** Takes a node's report; one that is not listed is not heard. */
  void reported(GatewayMessage.Report report) {
    Optional<ActorRef<CellMessage>> former;
    synchronized (this) {
      RemoteCell party = parties.get(report.cell());
      if (party == null) {
        return;
      }
      party.reachedAt(report.gateway());
      former =
          table.reported(report.cell(), report.load(), report.readiness(), clockMs.getAsLong());
    }
    former.ifPresent(this::gone);
  }

  /** Brings an answer of a cell's party to its client. */
  void answered(ActorRef<CellMessage> node, LinkMessage message) {
    RemoteCell party;
    synchronized (this) {
      party = parties.get(node);
    }
    if (party != null) {
      party.onAnswer(message);
    }
  }

  /** Returns the latest loads, by the cells' names. */
  synchronized List<CellLoad> loads() {
    return table.loads();
  }

  /** Returns how many requests of this gateway a cell has not answered. */
  synchronized int unansweredCount(String cell) {
    return table.node(cell).map(parties::get).map(RemoteCell::unansweredCount).orElse(0);
  }

  /** Returns how many requests of this gateway no cell has answered. */
  synchronized int unansweredCount() {
    return parties.values().stream().mapToInt(RemoteCell::unansweredCount).sum();
  }

  @Override
  public int partyId() {
    return settings.partyId();
  }

  @Override
  public NetworkPlan plan() {
    return settings.plan();
  }

  @Override
  public int maxRequests() {
    return settings.maxRequests();
  }

  @Override
  public int maxRequestsOfOne() {
    return maxRequestsOfOne;
  }

  /** Changes how many requests of one client are taken at a time, from the next one on. */
  void limitClients(int maxRequests) {
    maxRequestsOfOne = maxRequests;
  }

  @Override
  public long retryAfterMs() {
    return settings.retryAfterMs();
  }

  @Override
  public synchronized PartyReadiness readiness() {
    return table.readiness();
  }

  @Override
  public boolean hasCells() {
    return true;
  }

  @Override
  public synchronized Map<String, URI> cellGateways() {
    Map<String, URI> gateways = new TreeMap<>();
    for (CellLoad load : table.loads()) {
      if (load.isServing()) {
        table
            .node(load.cell())
            .map(parties::get)
            .flatMap(RemoteCell::ownGateway)
            .ifPresent(address -> gateways.put(load.cell(), address));
      }
    }
    return gateways;
  }

  @Override
  public synchronized Optional<String> assign(String avoided) {
    return partyId() == 0 ? table.assign(avoided, clockMs.getAsLong()) : Optional.empty();
  }

  @Override
  public synchronized Optional<LinkListener> listener(String cell) {
    return table.node(cell).map(parties::get);
  }

  @Override
  public synchronized Set<LinkListener> listeners() {
    return new HashSet<>(parties.values());
  }
}
