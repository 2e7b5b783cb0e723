// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.role.ClientEntrance;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The links of a gateway's clients, each opened with its client's first request. Thread-safe. */
final class ClientLinks implements AutoCloseable {
  private final ClientEntrance entrance;
  private final byte[] planDigest;
  private final Map<String, ClientLink> byClient = new ConcurrentHashMap<>();

  ClientLinks(ClientEntrance entrance) {
    this.entrance = entrance;
    planDigest = entrance.plan().digest();
  }

  ClientLink of(String client) {
    return byClient.computeIfAbsent(
        client, name -> ClientLink.open(name, planDigest, entrance.listener()));
  }

  /** Closes the links of all clients but these. */
  void retain(Set<String> clients) {
    byClient
        .keySet()
        .forEach(
            client -> {
              if (!clients.contains(client)) {
                close(client, "its token is no more");
              }
            });
  }

  private void close(String client, String reason) {
    ClientLink link = byClient.remove(client);
    if (link != null) {
      link.close(reason);
    }
  }

  @Override
  public void close() {
    byClient.keySet().forEach(client -> close(client, "the gateway has closed"));
  }
}
