// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.transport.link.RequestId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The cells that a client's requests go to, as party 0's gateway assigns them. Both shares of an
 * input go to one cell. An answer over that gateway brings a cell for the next request. An answer
 * of a cell's own gateway does not, and the client uses the cell again for a while. So each of
 * several requests in flight keeps a cell of its own, and party 0's gateway chooses it anew every
 * few seconds. Without a cell the gateway is asked first. A cell that has failed a request is
 * avoided for a while. Thread-safe.
 */
public final class CellAssignments {
  /** After that, the load that a cell was chosen by says little. */
  private static final long MAX_AGE_NS = TimeUnit.SECONDS.toNanos(1);

  /**
   * After that, party 0's gateway assigns again what goes to a cell directly. It is one further
   * round trip in so much time, and a cell that is added gets its part of the load as soon.
   */
  private static final long MAX_DIRECT_NS = TimeUnit.SECONDS.toNanos(5);

  /** After that, a cell that failed is known to its operators, or it serves again. */
  private static final long AVOIDED_NS = TimeUnit.SECONDS.toNanos(10);

  private static final int MAX_UNUSED = 1024;

  /** The name where there are no cells. */
  static final String NO_CELL = "";

  private final Function<String, CompletableFuture<String>> gateway;
  private final CellGateways ownGateways;
  private final LongSupplier nanoClock;
  private final Map<RequestId, CompletableFuture<Assignment>> oneShareSent =
      new ConcurrentHashMap<>();
  private final Deque<Unused> unused = new ArrayDeque<>();
  private String avoided = NO_CELL;
  private long avoidedSinceNs;

  /**
   * Where both shares of a request go.
   *
   * @param cell its name; empty where there are no cells
   * @param sinceNs when party 0's gateway assigned it
   * @param ownGateways those of the cell's parties; empty if the shares go over the named ones
   * @param answers how many of them have answered
   */
  record Assignment(
      String cell, long sinceNs, List<HttpGateway> ownGateways, AtomicInteger answers) {
    static final Assignment NONE = new Assignment(NO_CELL, 0, List.of());

    Assignment(String cell, long sinceNs, List<HttpGateway> ownGateways) {
      this(cell, sinceNs, ownGateways, new AtomicInteger());
    }

    boolean isDirect() {
      return !ownGateways.isEmpty();
    }

    /** Returns the gateway that a party's share goes to. */
    HttpGateway gateway(HttpGateway named) {
      return isDirect() ? ownGateways.get(named.partyId()) : named;
    }
  }

  /** A cell for a request to come, of use until its end. */
  private record Unused(String cell, long sinceNs, long endNs) {}

  /**
   * Begins without assignments.
   *
   * @param gateway asks party 0's gateway for a cell, given one to avoid or an empty name
   * @param ownGateways those that parties of cells run themselves
   * @param nanoClock what ages are measured with
   */
  public CellAssignments(
      Function<String, CompletableFuture<String>> gateway,
      CellGateways ownGateways,
      LongSupplier nanoClock) {
    this.gateway = gateway;
    this.ownGateways = ownGateways;
    this.nanoClock = nanoClock;
  }

  /** Returns what is used where there are no cells. */
  public static CellAssignments none() {
    return new CellAssignments(
        avoided -> CompletableFuture.completedFuture(NO_CELL),
        CellGateways.none(),
        System::nanoTime);
  }

  /** Returns where a request goes, to be asked for once for each of its two shares. */
  CompletableFuture<Assignment> of(RequestId request) {
    CompletableFuture<Assignment> fresh = new CompletableFuture<>();
    CompletableFuture<Assignment> first = oneShareSent.putIfAbsent(request, fresh);
    if (first != null) {
      oneShareSent.remove(request);
      return first;
    }
    Unused kept = takeUnused();
    if (kept != null) {
      fresh.complete(assignment(kept.cell(), kept.sinceNs()));
    } else {
      gateway
          .apply(avoided())
          .whenComplete(
              (assigned, failed) -> {
                if (failed != null) {
                  fresh.completeExceptionally(failed);
                } else {
                  fresh.complete(assignment(assigned, nanoClock.getAsLong()));
                }
              });
    }
    return fresh;
  }

  private Assignment assignment(String cell, long sinceNs) {
    return cell.equals(NO_CELL)
        ? Assignment.NONE
        : new Assignment(cell, sinceNs, ownGateways.of(cell));
  }

  private synchronized Unused takeUnused() {
    long nowNs = nanoClock.getAsLong();
    unused.removeIf(each -> nowNs - each.endNs() > 0);
    return unused.pollLast();
  }

  private synchronized String avoided() {
    if (nanoClock.getAsLong() - avoidedSinceNs > AVOIDED_NS) {
      avoided = NO_CELL;
    }
    return avoided;
  }

  /** Keeps a cell that an answer has assigned to the next request. */
  void offer(String cell) {
    long nowNs = nanoClock.getAsLong();
    keep(new Unused(cell, nowNs, nowNs + MAX_AGE_NS));
  }

  /**
   * Notes that the own gateway of one party has answered a request. The cell serves once those of
   * both have: the answer of one alone is of no use.
   */
  void answered(Assignment to) {
    if (to.answers().incrementAndGet() == to.ownGateways().size()) {
      ownGateways.answered(to.cell(), to.ownGateways());
    }
  }

  /** Keeps the cell of a request that the own gateway of party 0 has answered. */
  void keep(Assignment answered) {
    keep(new Unused(answered.cell(), answered.sinceNs(), answered.sinceNs() + MAX_DIRECT_NS));
  }

  private synchronized void keep(Unused next) {
    if (!next.cell().equals(avoided()) && unused.size() < MAX_UNUSED) {
      unused.addLast(next);
    }
  }

  /** Has party 0's gateway assign what was kept for a cell that has refused a request. */
  synchronized void refused(Assignment to) {
    unused.removeIf(each -> each.cell().equals(to.cell()));
  }

  /**
   * Asks the own gateways of a cell no more until they are checked again: a request that went to
   * them ended without an answer.
   */
  void lost(Assignment to) {
    if (to.isDirect()) {
      refused(to);
      ownGateways.lost(to.cell(), to.ownGateways());
    }
  }

  /** Avoids a cell at which a request has failed, and its own gateways longer. */
  void failed(Assignment to) {
    if (to.cell().equals(NO_CELL)) {
      return;
    }
    synchronized (this) {
      avoided = to.cell();
      avoidedSinceNs = nanoClock.getAsLong();
      refused(to);
    }
    lost(to);
  }
}
