// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.transport.secure.PublicIdentity;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Holds what the file of a party, server or gateway says of clients and what can change while the
 * role runs. Immutable.
 *
 * @param clients whose links a party takes; empty where links are not sealed, and at a role that
 *     does not change its clients
 * @param maxSessions requests of one client at a time; 0 for the usual part
 * @param requestsPerSecond requests of one client per second in the long run; 0 for no limit
 */
public record ClientRules(
    Optional<List<PublicIdentity>> clients, int maxSessions, int requestsPerSecond) {
  /** Copies the list. */
  public ClientRules {
    clients = clients.map(List::copyOf);
  }

  /**
   * Returns those of a party's settings.
   *
   * @param isSealed whether the party that runs knows clients by their identities
   */
  static ClientRules ofParty(RoleConfig party, boolean isSealed) {
    PartyLimits limits = party.limits();
    return new ClientRules(
        isSealed ? Optional.of(party.clients()) : Optional.empty(),
        limits.maxSessionsPerClient(),
        limits.requestsPerSecondPerClient());
  }

  /** Returns those of a server's settings: it has memory for the clients that it starts with. */
  static ClientRules ofServer(RoleConfig server) {
    return new ClientRules(Optional.empty(), 0, server.limits().requestsPerSecondPerClient());
  }

  /** Returns those of a gateway that is a process of its own. */
  static ClientRules ofGateway(RoleConfig gateway) {
    return new ClientRules(Optional.empty(), gateway.maxGatewayRequestsOfOne(), 0);
  }

  /** Returns them as the answer to a command. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    clients.ifPresent(listed -> fields.put("clients", listed.size()));
    fields.put("maxSessions", maxSessions);
    fields.put("requestsPerSecond", requestsPerSecond);
    return fields;
  }
}
