// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.party.PartyCounters;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** What a server counts, by client. Written by its actors, read from any thread. */
public final class ServerCounters {
  private final Map<String, PartyCounters> byClient = new ConcurrentHashMap<>();
  private final AtomicInteger connected = new AtomicInteger();
  private volatile boolean dealerConnected;

  /** Returns the counters of a client, which go on counting when it connects again. */
  PartyCounters of(String client) {
    return byClient.computeIfAbsent(client, key -> new PartyCounters());
  }

  void connected(int clientCount) {
    connected.set(clientCount);
  }

  /** Gauge: clients that have a link. */
  public int connected() {
    return connected.get();
  }

  void dealerConnected(boolean isConnected) {
    dealerConnected = isConnected;
  }

  /** Returns whether there is a link to the dealer, without which no client can begin. */
  public boolean isDealerConnected() {
    return dealerConnected;
  }

  /** Returns a snapshot of the traffic of all clients together. */
  public PartyTraffic traffic() {
    return byClient.values().stream()
        .map(client -> client.traffic(0))
        .reduce(PartyTraffic.none(0), PartyTraffic::plus);
  }
}
