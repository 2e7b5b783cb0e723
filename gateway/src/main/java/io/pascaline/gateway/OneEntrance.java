// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.actors.role.ClientEntrance;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkListener;
import java.util.Optional;
import java.util.Set;

/**
 * The entrance of the one party that is in the gateway's process. Thread-safe.
 *
 * @param entrance of the party
 */
record OneEntrance(ClientEntrance entrance) implements Entrances {
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
  public Optional<String> assign(String avoided) {
    return Optional.empty();
  }

  @Override
  public Optional<LinkListener> listener(String cell) {
    return Optional.of(entrance.listener());
  }

  @Override
  public Set<LinkListener> listeners() {
    return Set.of(entrance.listener());
  }
}
