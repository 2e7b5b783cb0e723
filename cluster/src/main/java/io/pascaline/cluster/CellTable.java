// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The cells that a gateway knows, and the assignment of requests to them: the state machine of
 * {@link ClusterEntrances}, without threads, clock or network.
 *
 * <pre>
 * unknown  --report-->  reported  --report-->  reported
 * reported --gone-->    unknown
 * </pre>
 *
 * A cell is assigned while its latest report says that it serves; a load that is old counts only if
 * there is no newer one. Membership and the detection of failures are the cluster's. Not
 * thread-safe.
 *
 * @param <R> how a cell is reached
 */
final class CellTable<R> {
  /** A cell reports more often than that, unless it or the network has stopped. */
  static final long LOAD_EXPIRY_MS = 1_000;

  private final Map<String, Entry<R>> cells = new TreeMap<>();

  private record Entry<R>(
      R node, CellLoad load, PartyReadiness readiness, long reportedMs, int assignedSince) {
    Entry<R> assigned() {
      return new Entry<>(node, load, readiness, reportedMs, assignedSince + 1);
    }

    CellLoad expectedLoad() {
      return load.plus(assignedSince);
    }
  }

  /**
   * Takes the report of a cell. A node that reports under the name of another one takes its place:
   * it is the same cell, started again.
   *
   * @return the node whose place it took; empty if there was none, or it is the same
   */
  Optional<R> reported(R node, CellLoad load, PartyReadiness readiness, long nowMs) {
    Entry<R> before = cells.put(load.cell(), new Entry<>(node, load, readiness, nowMs, 0));
    return Optional.ofNullable(before).map(Entry::node).filter(other -> !other.equals(node));
  }

  /** Forgets a node that the cluster does not reach, or that is no member any more. */
  void gone(R node) {
    cells.values().removeIf(entry -> entry.node().equals(node));
  }

  /**
   * Assigns a request to the least loaded cell.
   *
   * @param avoided used only if there is no other; empty for none
   * @return the cell; empty if none serves
   */
  Optional<String> assign(String avoided, long nowMs) {
    List<CellLoad> fresh = new ArrayList<>();
    List<CellLoad> old = new ArrayList<>();
    List<CellLoad> last = new ArrayList<>();
    cells.forEach(
        (cell, entry) -> {
          boolean isOld = nowMs - entry.reportedMs() > LOAD_EXPIRY_MS;
          List<CellLoad> loads = cell.equals(avoided) ? last : isOld ? old : fresh;
          loads.add(entry.expectedLoad());
        });
    Optional<String> cell =
        CellLoad.leastLoaded(fresh)
            .or(() -> CellLoad.leastLoaded(old))
            .or(() -> CellLoad.leastLoaded(last))
            .map(CellLoad::cell);
    cell.ifPresent(name -> cells.computeIfPresent(name, (key, entry) -> entry.assigned()));
    return cell;
  }

  /** Returns how a cell is reached; empty if it is not there. */
  Optional<R> node(String cell) {
    return Optional.ofNullable(cells.get(cell)).map(Entry::node);
  }

  /** Returns what the cell that has most has of what an inference needs. */
  PartyReadiness readiness() {
    PartyReadiness best = PartyReadiness.NONE;
    int most = 0;
    for (Entry<R> entry : cells.values()) {
      PartyReadiness ready = entry.readiness();
      int has =
          (entry.load().isServing() ? 8 : 0)
              + (ready.peerConnected() ? 4 : 0)
              + (ready.correlationsAvailable() ? 2 : 0)
              + (ready.dealerConnected() ? 1 : 0);
      if (has > most) {
        best = ready;
        most = has;
      }
    }
    return best;
  }

  /** Returns the latest loads, by the cells' names. */
  List<CellLoad> loads() {
    return cells.values().stream().map(Entry::load).toList();
  }
}
