// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.admin;

import io.pascaline.actors.party.PartyLimits;
import io.pascaline.cli.config.RoleConfig;
import io.pascaline.transport.secure.PublicIdentity;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds what a party's file says of clients and what can change while the party runs. Immutable.
 *
 * @param clients whose links the party takes; none where links are not sealed
 * @param maxSessions requests of one client at a time; 0 for the usual part
 * @param requestsPerSecond requests of one client per second in the long run; 0 for no limit
 */
public record ClientRules(List<PublicIdentity> clients, int maxSessions, int requestsPerSecond) {
  /** Copies the list. */
  public ClientRules {
    clients = List.copyOf(clients);
  }

  /**
   * Returns those of a party's settings.
   *
   * @param isSealed whether the party that runs knows clients by their identities
   */
  static ClientRules of(RoleConfig party, boolean isSealed) {
    PartyLimits limits = party.limits();
    return new ClientRules(
        isSealed ? party.clients() : List.of(),
        limits.maxSessionsPerClient(),
        limits.requestsPerSecondPerClient());
  }

  /** Returns them as the answer to a command. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new HashMap<>();
    fields.put("clients", clients.size());
    fields.put("maxSessions", maxSessions);
    fields.put("requestsPerSecond", requestsPerSecond);
    return fields;
  }
}
