// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkListener;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Where the clients of a gateway enter a party: that of the gateway's own process, or those of the
 * cells that its operator runs. Thread-safe.
 */
public interface Entrances {
  /** What the identities of clients with tokens start with; those of links never do. */
  String TOKEN_IDENTITY_PREFIX = "token:";

  /** Returns 0 or 1. */
  int partyId();

  /** Returns what the party computes. */
  NetworkPlan plan();

  /** Returns how many requests are taken at a time, in flight or waiting. */
  int maxRequests();

  /** Returns how many of these may be of one client at present. */
  int maxRequestsOfOne();

  /** Returns the time after which a refused client is asked to try again. */
  long retryAfterMs();

  /** Returns whether a request can succeed, at the cell that has most if there are several. */
  PartyReadiness readiness();

  /** Returns whether clients name a cell with each request. */
  boolean hasCells();

  /**
   * Returns where clients reach the gateways that parties of cells run themselves, by cell; of
   * cells that serve alone.
   */
  Map<String, URI> cellGateways();

  /**
   * Assigns the next request to a cell.
   *
   * @param avoided a cell that has just failed the client, used only if there is no other; empty
   *     for none
   * @return the least loaded cell; empty if none serves
   */
  Optional<String> assign(String avoided);

  /**
   * Returns where clients enter the party of a cell.
   *
   * @param cell its name; not looked at by a party that is in none
   * @return empty if the cell is not there
   */
  Optional<LinkListener> listener(String cell);

  /** Returns where clients enter at present; links to others are of no use any more. */
  Set<LinkListener> listeners();
}
