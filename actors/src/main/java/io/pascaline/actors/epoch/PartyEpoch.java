// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.compute.Compute;
import io.pascaline.actors.metrics.LayerMeter;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.CorrectionStore;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.transport.link.Link;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What all layers of one party share during one epoch. An epoch is the time for which one set of
 * derived keys is used: a restart of the dealer or of a party, and the loss of the parties' link,
 * start a new one with new keys, so that no mask is drawn twice.
 *
 * @param epoch the dealer's random epoch number
 * @param random randomness shared with the dealer, derived for this epoch
 * @param model this party's share of the model
 * @param arithmetic where and how arithmetic is done
 * @param numbers which numbers may be used
 * @param correlations how many correlations there may be, and where
 * @param links to whom layers speak
 * @param observers who is told what layers do
 */
public record PartyEpoch(
    long epoch,
    KeyedRandom random,
    ModelShare model,
    Arithmetic arithmetic,
    Numbers numbers,
    Correlations correlations,
    Links links,
    Observers observers) {
  /**
   * How far beyond the number of ended sessions a session may be. More than any setting of sessions
   * and correlations allows, so that two parties' settings need not agree. A session that lags so
   * far behind the others that the step no longer remembers its number fails when it would start.
   */
  public static final int SESSIONS_AHEAD = 3072;

  /**
   * Which numbers sessions may use.
   *
   * @param reservedEnd the first number that must not be used yet; grows
   * @param inFlight says how many inferences of this party have a number, or had one a moment ago
   * @param maxBatch images in one session: the smaller of what both parties take
   */
  public record Numbers(AtomicLong reservedEnd, IntSupplier inFlight, int maxBatch) {}

  /**
   * How many correlations there may be, and where.
   *
   * @param precomputation how many sessions' correlations a layer buffers
   * @param budget which correlations the layers may hold together
   * @param store where corrections beyond those in memory are
   */
  public record Correlations(
      Precomputation precomputation, CorrelationBudget budget, CorrectionStore store) {}

  /**
   * To whom layers speak.
   *
   * @param peer the link to the other party
   * @param dealer the link to the dealer
   */
  public record Links(Link peer, Link dealer) {}

  /**
   * Who is told what layers do.
   *
   * @param audit notes what is opened, before it is
   * @param openings counts the masked tensors of inferences that were handed to the peer's link
   * @param meter what is measured of the layers
   * @param reports whom layers report to
   */
  public record Observers(
      AuditLog audit, LongAdder openings, LayerMeter meter, ActorRef<LayerReport> reports) {}

  /** Returns whose epoch it is: 0 or 1. */
  public int partyId() {
    return model.partyId();
  }

  /** Returns where arithmetic runs. */
  public Compute pool() {
    return arithmetic.pool();
  }

  /** Returns the linear kernel. */
  public LinearKernel kernel() {
    return arithmetic.kernel();
  }

  /** Returns the first number that must not be used yet, which grows. */
  public AtomicLong reservedEnd() {
    return numbers.reservedEnd;
  }

  /** Returns what counts the inferences of this party that are in flight. */
  public IntSupplier inFlight() {
    return numbers.inFlight;
  }

  /** Returns how many images a session may have. */
  public int maxBatch() {
    return numbers.maxBatch;
  }

  /** Returns how many sessions' correlations a layer buffers. */
  public Precomputation precomputation() {
    return correlations.precomputation;
  }

  /** Returns which correlations the layers may hold together. */
  public CorrelationBudget budget() {
    return correlations.budget;
  }

  /** Returns where corrections beyond those in memory are. */
  public CorrectionStore store() {
    return correlations.store;
  }

  /** Returns the link to the other party. */
  public Link peer() {
    return links.peer;
  }

  /** Returns the link to the dealer. */
  public Link dealer() {
    return links.dealer;
  }

  /** Returns what notes what is opened, before it is. */
  public AuditLog audit() {
    return observers.audit;
  }

  /** Returns the count of openings of inferences handed to the peer's link. */
  public LongAdder openings() {
    return observers.openings;
  }

  /** Returns what is measured of the layers. */
  public LayerMeter meter() {
    return observers.meter;
  }

  /** Returns whom layers report to. */
  public ActorRef<LayerReport> reports() {
    return observers.reports;
  }

  @Override
  public String toString() {
    return "PartyEpoch[partyId=" + partyId() + ", epoch=" + Long.toHexString(epoch) + "]";
  }
}
