// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.actors.party.PartyCounters;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

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
    List<PartyTraffic> each = byClient.values().stream().map(one -> one.traffic(0)).toList();
    return new PartyTraffic(
        0,
        sum(each, PartyTraffic::inferences),
        sum(each, PartyTraffic::sessions),
        sum(each, PartyTraffic::rounds),
        sum(each, PartyTraffic::openedBytesSent),
        sum(each, PartyTraffic::openedBytesReceived),
        sum(each, PartyTraffic::advanceBytesSent),
        sum(each, PartyTraffic::advanceBytesReceived),
        sum(each, PartyTraffic::correctionBytesReceived),
        sum(each, PartyTraffic::setupBytesSent),
        sum(each, PartyTraffic::inputShareBytesReceived),
        sum(each, PartyTraffic::outputShareBytesSent),
        sum(each, PartyTraffic::framingBytesSent),
        sum(each, PartyTraffic::framingBytesReceived));
  }

  private static long sum(List<PartyTraffic> each, ToLongFunction<PartyTraffic> count) {
    return each.stream().mapToLong(count).sum();
  }
}
