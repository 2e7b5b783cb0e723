// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.cell;

import io.pascaline.actors.party.PartyCounters;
import io.pascaline.actors.party.PartyReadiness;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;

/**
 * What a cell has to do, as party 0 of the cell counts it. Immutable.
 *
 * @param cell its name
 * @param isServing whether a new request can succeed: its epoch runs, its parties are connected,
 *     and it has correlations or a dealer that makes them
 * @param requests that are unanswered
 * @param waiting how many of these have no correlations yet
 * @param correlationsReady sessions that can begin at once
 */
public record CellLoad(
    String cell, boolean isServing, int requests, int waiting, long correlationsReady) {
  /** Correlations that a new request has to wait for come first, then requests. */
  private static final Comparator<CellLoad> LEAST_LOADED =
      Comparator.comparingLong(CellLoad::missing)
          .thenComparingInt(CellLoad::requests)
          .thenComparing(Comparator.comparingLong(CellLoad::correlationsReady).reversed())
          .thenComparing(CellLoad::cell);

  /** Checks that nothing is negative. */
  public CellLoad {
    if (requests < 0 || waiting < 0 || waiting > requests || correlationsReady < 0) {
      throw new IllegalArgumentException(
          "counts of cell "
              + cell
              + " must be at least 0, and at most all requests can wait: requests "
              + requests
              + ", waiting "
              + waiting
              + ", correlations "
              + correlationsReady);
    }
  }

  /**
   * Returns the load of a cell by the counters of one of its parties.
   *
   * @param cell its name
   * @param counters of party 0 of the cell, or of party 1, which sees the same later
   */
  public static CellLoad of(String cell, PartyCounters counters) {
    boolean isServing = PartyReadiness.of(counters).isReady();
    int queued = Math.max(0, counters.sessionsQueued());
    int inFlight = Math.max(0, counters.sessionsInFlight());
    return new CellLoad(
        cell, isServing, inFlight + queued, queued, Math.max(0, counters.correlationsReady()));
  }

  /** Returns the load after further requests that have been assigned to the cell. */
  public CellLoad plus(int assigned) {
    return new CellLoad(
        cell, isServing, requests + assigned, waiting + assigned, correlationsReady);
  }

  /** Returns how many sets of correlations must be made before one more request can begin. */
  private long missing() {
    return Math.max(0, waiting + 1 - correlationsReady);
  }

  /**
   * Returns the cell that takes the next request: of those that serve, the one where fewest
   * correlations are missing; of these, the one with fewest requests.
   *
   * @param cells in any order
   */
  public static Optional<CellLoad> leastLoaded(Collection<CellLoad> cells) {
    return cells.stream().filter(CellLoad::isServing).min(LEAST_LOADED);
  }
}
