// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkListener;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The entrance of the one party that is in the gateway's process. Thread-safe.
 *
 * @param entrance of the party
 * @param cell that the party is in; empty for none
 */
record OneEntrance(ClientEntrance entrance, Optional<String> cell) implements Entrances {
  @Override
  public int partyId() {
    return entrance.partyId();
  }

  @Override
  public NetworkPlan plan() {
    return entrance.plan();
  }

  @Override
  public int maxRequests() {
    return entrance.maxRequests();
  }

  @Override
  public int maxRequestsOfOne() {
    return entrance.maxRequestsOfOne().getAsInt();
  }

  @Override
  public long retryAfterMs() {
    return entrance.retryAfterMs();
  }

  @Override
  public PartyReadiness readiness() {
    return PartyReadiness.of(entrance.counters());
  }

  @Override
  public boolean hasCells() {
    return false;
  }

  @Override
  public Map<String, URI> cellGateways() {
    return Map.of();
  }

  @Override
  public Optional<String> assign(String avoided) {
    return Optional.empty();
  }

  @Override
  public Optional<LinkListener> listener(String name) {
    boolean isOther = !name.isEmpty() && cell.filter(own -> !own.equals(name)).isPresent();
    return isOther ? Optional.empty() : Optional.of(entrance.listener());
  }

  @Override
  public Set<LinkListener> listeners() {
    return Set.of(entrance.listener());
  }
}
