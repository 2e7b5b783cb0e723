// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import io.pascaline.actors.settings.ClientConfig;
import io.pascaline.actors.settings.LinkConfig;
import io.pascaline.actors.settings.RuntimeConfig;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The keys that the configuration file of each role may have. */
final class RoleKeys {
  private static final String LOG_FORMAT = "log-format";

  /** A dealer's, of two parties or of a server. */
  static final Set<String> DEALER =
      withLinks(
          Set.of(
              "plan",
              "models",
              "keys.party0",
              "keys.party1",
              "threads",
              "memory.max-mib",
              "state-directory",
              "audit",
              "metrics",
              "client.inferences-per-minute"));

  /** A party's, which may have a gateway and be in a cell. */
  static final Set<String> PARTY =
      withLinks(
          union(
              List.of(
                  Set.of(
                      "share",
                      "models",
                      "key",
                      "dealer",
                      "party0",
                      "threads",
                      "max-sessions",
                      "max-batch",
                      DealerCheckSetting.KEY,
                      "max-queued",
                      "precomputed-correlations",
                      "memory.max-mib",
                      "client.max-sessions",
                      "client.requests-per-second",
                      "retry-after",
                      "drain-timeout",
                      "state-directory",
                      "audit",
                      "metrics",
                      "store.inferences",
                      "store.max-mib",
                      "store.expiry"),
                  GatewayConfig.KEYS,
                  ClusterConfig.KEYS)));

  /** Those of a server, whose clients are party 1. */
  static final Set<String> SERVER =
      withLinks(
          Set.of(
              "share",
              "key",
              "dealer",
              "threads",
              "max-sessions",
              "max-batch",
              "memory.max-mib",
              "client.precomputed-correlations",
              "client.requests-per-second",
              "retry-after",
              "drain-timeout",
              "state-directory",
              "audit",
              "metrics"));

  /** Those of a client that is party 1. */
  static final Set<String> CLIENT_AS_PARTY =
      withLinks(
          Set.of(
              "plan",
              "dealer",
              "party0",
              "threads",
              "max-sessions",
              "max-batch",
              "precomputed-correlations",
              "memory.max-mib",
              "state-directory",
              "audit",
              "max-pending",
              "input.mean",
              "input.std",
              "labels"));

  /** A client's. */
  static final Set<String> CLIENT = withLinks(ClientConfig.OWN_KEYS);

  /** Those of a gateway that is a process of its own: it has no links and is in no cell. */
  static final Set<String> GATEWAY_NODE = gatewayNode();

  /** Those of all roles. */
  static final Set<String> ANY =
      union(List.of(DEALER, PARTY, SERVER, CLIENT_AS_PARTY, CLIENT, GATEWAY_NODE));

  private RoleKeys() {}

  private static Set<String> gatewayNode() {
    Set<String> own =
        Set.of(
            "party",
            "plan",
            "models",
            "state-directory",
            "gateway.max-requests",
            "gateway.max-requests-per-client",
            "retry-after",
            "metrics",
            LOG_FORMAT);
    Set<String> keys = new HashSet<>(union(List.of(own, GatewayConfig.KEYS, ClusterConfig.KEYS)));
    keys.remove(ClusterConfig.CELL);
    keys.remove(ClusterConfig.PUBLIC_URL);
    return Set.copyOf(keys);
  }

  /** Returns keys and those that all roles with links have. */
  private static Set<String> withLinks(Set<String> own) {
    return union(List.of(own, Set.of(LOG_FORMAT), RuntimeConfig.KEYS, LinkConfig.KEYS));
  }

  private static Set<String> union(Collection<Set<String>> sets) {
    Set<String> union = new HashSet<>();
    sets.forEach(union::addAll);
    return Set.copyOf(union);
  }
}
