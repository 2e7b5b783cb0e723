// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.config;

import java.util.Set;

/** The settings of a server, of its dealer and of its clients, which are party 1. */
final class PairKeys {
  /** What a dealer's file has beside what every dealer's has. */
  static final Set<String> DEALER = Set.of("client.inferences-per-minute");

  /** A server's. */
  static final Set<String> SERVER =
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
          "metrics");

  /** Those of a client that is party 1. */
  static final Set<String> CLIENT =
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
          "labels");

  private PairKeys() {}
}
