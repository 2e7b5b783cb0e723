// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import io.pascaline.transport.link.RequestId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * The cells that a client's requests go to, as party 0's gateway assigns them. Both shares of an
 * input go to one cell. An answer brings a cell for the next request; without one the gateway is
 * asked first. A cell that has failed a request is avoided for a while. Thread-safe.
 */
public final class CellAssignments {
  /** After that, the load that a cell was chosen by says little. */
  private static final long MAX_AGE_NS = TimeUnit.SECONDS.toNanos(1);

  /** After that, a cell that failed is known to its operators, or it serves again. */
  private static final long AVOIDED_NS = TimeUnit.SECONDS.toNanos(10);

  private static final int MAX_UNUSED = 1024;

  /** The name where there are no cells. */
  static final String NO_CELL = "";

  private final Function<String, CompletableFuture<String>> gateway;
  private final LongSupplier nanoClock;
  private final Map<RequestId, CompletableFuture<String>> halfSent = new ConcurrentHashMap<>();
  private final Deque<Unused> unused = new ArrayDeque<>();
  private String avoided = NO_CELL;
  private long avoidedSinceNs;

  private record Unused(String cell, long sinceNs) {}

  /**
   * Begins without assignments.
   *
   * @param gateway asks party 0's gateway for a cell, given one to avoid or an empty name
   * @param nanoClock what ages are measured with
   */
  public CellAssignments(
      Function<String, CompletableFuture<String>> gateway, LongSupplier nanoClock) {
    this.gateway = gateway;
    this.nanoClock = nanoClock;
  }

  /** Returns what is used where there are no cells. */
  public static CellAssignments none() {
    return new CellAssignments(
        avoided -> CompletableFuture.completedFuture(NO_CELL), System::nanoTime);
  }

  /** Returns the cell of a request, to be asked for once for each of its two shares. */
  CompletableFuture<String> of(RequestId request) {
    CompletableFuture<String> fresh = new CompletableFuture<>();
    CompletableFuture<String> first = halfSent.putIfAbsent(request, fresh);
    if (first != null) {
      halfSent.remove(request);
      return first;
    }
    String cell = takeUnused();
    if (cell != null) {
      fresh.complete(cell);
    } else {
      gateway
          .apply(avoided())
          .whenComplete(
              (assigned, failed) -> {
                if (failed != null) {
                  fresh.completeExceptionally(failed);
                } else {
                  fresh.complete(assigned);
                }
              });
    }
    return fresh;
  }

  private synchronized String takeUnused() {
    long nowNs = nanoClock.getAsLong();
    Unused latest = unused.pollLast();
    if (latest != null && nowNs - latest.sinceNs() <= MAX_AGE_NS) {
      return latest.cell();
    }
    unused.clear(); // The others are older.
    return null;
  }

  private synchronized String avoided() {
    if (nanoClock.getAsLong() - avoidedSinceNs > AVOIDED_NS) {
      avoided = NO_CELL;
    }
    return avoided;
  }

  /** Keeps a cell that an answer has assigned to the next request. */
  synchronized void offer(String cell) {
    if (cell.equals(avoided()) || unused.size() >= MAX_UNUSED) {
      return;
    }
    unused.addLast(new Unused(cell, nanoClock.getAsLong()));
  }

  /** Avoids a cell at which a request has failed. */
  synchronized void failed(String cell) {
    if (cell.equals(NO_CELL)) {
      return;
    }
    avoided = cell;
    avoidedSinceNs = nanoClock.getAsLong();
    unused.removeIf(each -> each.cell().equals(cell));
  }
}
