// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.gateway.http.Problem;
import io.pascaline.transport.link.LinkListener;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The links of a gateway's clients to its party, or to that of each cell. A link is opened with its
 * client's first request there. Thread-safe.
 */
final class ClientLinks implements AutoCloseable {
  private static final String CLOSED = "the gateway does not serve the model any more";

  private final byte[] planDigest;
  private final Map<Key, ClientLink> links = new ConcurrentHashMap<>();
  private volatile boolean closed;

  private record Key(LinkListener party, String client) {}

  ClientLinks(byte[] planDigest) {
    this.planDigest = planDigest;
  }

  /** Returns a client's link to a party; another one if the party has closed the last. */
  ClientLink of(LinkListener party, String client) {
    Key key = new Key(party, client);
    ClientLink link =
        links.compute(
            key,
            (same, last) ->
                last != null && last.isOpen() ? last : ClientLink.open(client, planDigest, party));
    if (closed) {
      // Its party may have ended: nobody would answer a request whose body came late.
      close(key, CLOSED, Problems.shuttingDown(0));
    }
    return link;
  }

  /** Closes the links of all clients but these, and those to all parties but these. */
  void retain(Set<String> clients, Set<LinkListener> parties) {
    links
        .keySet()
        .forEach(
            key -> {
              if (!clients.contains(key.client())) {
                close(key, "its token is no more", Problems.tokenEnded());
              } else if (!parties.contains(key.party())) {
                close(key, "the cell is gone", Problems.cellGone());
              }
            });
  }

  private void close(Key key, String reason, Problem problem) {
    ClientLink link = links.remove(key);
    if (link != null) {
      link.close(reason, problem);
    }
  }

  @Override
  public void close() {
    closed = true;
    links.keySet().forEach(key -> close(key, CLOSED, Problems.shuttingDown(0)));
  }
}
