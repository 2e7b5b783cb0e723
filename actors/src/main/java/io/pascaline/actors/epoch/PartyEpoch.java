// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

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
 * @param partyId 0 or 1
 * @param epoch the dealer's random epoch number
 * @param random randomness shared with the dealer, derived for this epoch
 * @param model this party's share of the model
 * @param kernel the linear kernel
 * @param pool where arithmetic runs
 * @param reservedEnd the first number that must not be used yet; grows
 * @param inFlight says how many inferences of this party have a number, or had one a moment ago
 * @param maxBatch images in one session: the smaller of what both parties take
 * @param precomputation how many sessions' correlations a layer buffers
 * @param budget which correlations the layers may hold together
 * @param peer the link to the other party
 * @param dealer the link to the dealer
 * @param audit notes what is opened, before it is
 * @param store where corrections beyond those in memory are
 * @param openings counts the masked tensors of inferences that were handed to the peer's link
 * @param meter what is measured of the layers
 * @param reports whom layers report to
 */
public record PartyEpoch(
    int partyId,
    long epoch,
    KeyedRandom random,
    ModelShare model,
    LinearKernel kernel,
    Compute pool,
    AtomicLong reservedEnd,
    IntSupplier inFlight,
    int maxBatch,
    Precomputation precomputation,
    CorrelationBudget budget,
    Link peer,
    Link dealer,
    AuditLog audit,
    CorrectionStore store,
    LongAdder openings,
    LayerMeter meter,
    ActorRef<LayerReport> reports) {
  /**
   * How far beyond the number of ended sessions a session may be. More than any setting of sessions
   * and correlations allows, so that two parties' settings need not agree. A session that lags so
   * far behind the others that the step no longer remembers its number fails when it would start.
   */
  public static final int SESSIONS_AHEAD = 3072;

  @Override
  public String toString() {
    return "PartyEpoch[partyId=" + partyId + ", epoch=" + Long.toHexString(epoch) + "]";
  }
}
