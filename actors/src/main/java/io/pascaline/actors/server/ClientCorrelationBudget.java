// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.server;

import io.pascaline.actors.epoch.CorrelationBudget;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.StepLayer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Limits the inferences, of all clients together, for which a server holds correlations. They are
 * made on demand: for sessions that a client has opened, and for a few more once it has opened one.
 * So a client that never asks holds none.
 *
 * <p>A part is each client's own, so that nobody else can take it; it is enough for one session.
 * The rest is shared. A client may have as much of that as is left beside it: whoever takes all
 * that it can get leaves half, and a second one a quarter. What is refused is granted as soon as
 * others have ended enough, in turn.
 *
 * <p>A client that has asked once may send the openings of its next inference early, even before
 * the server has correlations for that inference. The client's own part must have room for it. So
 * the next request does not wait for credit. Thread-safe.
 */
public final class ClientCorrelationBudget {
  private final int[] stepLayers;
  private final int layerCount;
  private final int ownInferences;
  private final int ahead;
  private final Set<Lease> waiting = new LinkedHashSet<>();
  private long sharedLeft;

  /**
   * Begins with nothing granted.
   *
   * @param plan whose layers with a step hold correlations
   * @param ownInferences what each client may hold whatever others do, at least 1
   * @param sharedInferences what all may hold together beside that, at least 0
   * @param ahead inferences that are precomputed for a client beyond those that it has asked for,
   *     once it has asked for one, at least 0
   */
  public ClientCorrelationBudget(
      NetworkPlan plan, int ownInferences, int sharedInferences, int ahead) {
    stepLayers = plan.steps().stream().mapToInt(StepLayer::id).toArray();
    layerCount = plan.layers().size();
    this.ownInferences = ownInferences;
    this.ahead = ahead;
    sharedLeft = sharedInferences;
  }

  /** Returns the budget of an epoch of one client. */
  public CorrelationBudget newEpoch() {
    return new Lease();
  }

  private List<Runnable> advance() {
    List<Runnable> told = new ArrayList<>();
    boolean isGranting = true;
    while (isGranting) {
      isGranting = false;
      for (Lease lease : List.copyOf(waiting)) {
        if (lease.take()) {
          isGranting = true;
          told.addAll(lease.told);
        }
        waiting.remove(lease);
        if (lease.isWaiting()) {
          waiting.add(lease); // Behind the others.
        }
      }
    }
    return told;
  }

  /** What one client holds in an epoch. Guarded by the whole budget. */
  private final class Lease implements CorrelationBudget {
    private final long[] released = new long[layerCount];
    private final List<Runnable> told = new ArrayList<>();
    private long openedEnd;
    private long granted;
    private long shared;

    /** Of the layers with a step, what all of them have released. */
    private long ended;

    private boolean isClosed;

    @Override
    public void join(int layer, Runnable onGranted) {
      synchronized (ClientCorrelationBudget.this) {
        told.add(onGranted);
      }
      onGranted.run();
    }

    @Override
    public long grantedEnd(int layer) {
      synchronized (ClientCorrelationBudget.this) {
        return granted;
      }
    }

    /** One more than it has opened, once it has opened one, if it has room of its own for that. */
    @Override
    public long advanceEnd(int layer) {
      synchronized (ClientCorrelationBudget.this) {
        return advanceEnd();
      }
    }

    private long advanceEnd() {
      long inOwnPart = Math.min(ended + ownInferences, openedEnd + 1);
      return openedEnd == 0 ? granted : Math.max(granted, inOwnPart);
    }

    @Override
    public void release(int layer) {
      change(() -> released[layer]++);
    }

    @Override
    public void opened(long numberEnd) {
      change(() -> openedEnd = numberEnd);
    }

    @Override
    public void close() {
      change(() -> isClosed = true);
    }

    private void change(Runnable how) {
      List<Runnable> granting;
      synchronized (ClientCorrelationBudget.this) {
        long advanceBefore = advanceEnd();
        how.run();
        ended = Arrays.stream(stepLayers).mapToLong(layer -> released[layer]).min().orElse(0);
        long held = isClosed ? 0 : granted - ended;
        long stillShared = Math.min(shared, Math.max(0, held - ownInferences));
        sharedLeft += shared - stillShared;
        shared = stillShared;
        waiting.remove(this);
        if (isWaiting()) {
          waiting.add(this);
        }
        granting = advance();
        if (advanceEnd() > advanceBefore) {
          granting.removeAll(told); // Once is enough.
          granting.addAll(told);
        }
      }
      granting.forEach(Runnable::run);
    }

    private boolean isWaiting() {
      return !isClosed && openedEnd > 0 && granted < openedEnd + ahead;
    }

    /** Takes one more, of its own or of what is shared; false if there is none for it. */
    private boolean take() {
      if (granted - ended - shared < ownInferences) {
        granted++;
        return true;
      }
      if (shared < sharedLeft) {
        shared++;
        sharedLeft--;
        granted++;
        return true;
      }
      return false;
    }
  }
}
