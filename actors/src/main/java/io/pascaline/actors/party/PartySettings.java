// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.epoch.CorrelationBudget;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.EarlyMessages;
import io.pascaline.actors.epoch.LayerReport;
import io.pascaline.actors.epoch.PartyEpoch;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.metrics.LayerMeter;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.KeyedRandom;
import io.pascaline.protocols.share.Ring;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.pekko.actor.typed.ActorRef;

/**
 * What a party works with.
 *
 * @param identity which party it is
 * @param capacity how much it takes at a time
 * @param arithmetic where and how arithmetic is done
 * @param state what it keeps of its use of correlations
 * @param inbound the way of messages to it
 * @param nanoClock what rates are measured with, in nanoseconds
 * @param fatal told once, in one line, when the party cannot ever serve; any thread
 * @param counters what it counts
 * @param budgets makes the budget of each epoch's correlations
 * @param draws chooses the sessions that are used to check the dealer; must be unpredictable
 */
public record PartySettings(
    Identity identity,
    PartyCapacity capacity,
    Arithmetic arithmetic,
    RoleState state,
    PartyInbound inbound,
    LongSupplier nanoClock,
    Consumer<String> fatal,
    PartyCounters counters,
    Supplier<CorrelationBudget> budgets,
    RandomGenerator draws) {
  /** Checks that the party can check its dealer, if it has to. */
  public PartySettings {
    requireCheckable(identity.model(), capacity.limits());
  }

  /**
   * Which party it is.
   *
   * @param model its share of the model
   * @param dealerKey the key it shares with the dealer
   * @param nonce the 16 random bytes of its Hello, fresh at each start
   */
  public record Identity(ModelShare model, DealingKey dealerKey, byte[] nonce) {
    @Override
    public String toString() {
      return "Identity[partyId=" + model.partyId() + "]";
    }
  }

  /**
   * Checks that a party of this model can check its dealer, if it has to.
   *
   * @throws IllegalArgumentException if it cannot
   */
  public static void requireCheckable(ModelShare model, PartyLimits limits) {
    if (limits.dealerCheckEvery() == 0) {
      return;
    }
    String reason =
        model.clientIsParty1() ? "a client is party 1" : uncheckableOrNull(model.plan());
    if (reason != null) {
      throw new IllegalArgumentException(
          "dealerCheckEvery is " + limits.dealerCheckEvery() + ", but " + reason);
    }
  }

  /** Returns why two parties of a plan cannot check their dealer; null if they can. */
  public static String uncheckableOrNull(NetworkPlan plan) {
    if (plan.ring() != Ring.WORDS) {
      return "the plan is of the classic suite, which has no such checks";
    }
    return plan.steps().isEmpty() ? "the dealer deals nothing for the plan" : null;
  }

  /** The settings of a party that precomputes for itself. */
  public PartySettings(
      Identity identity,
      PartyCapacity capacity,
      Arithmetic arithmetic,
      RoleState state,
      PartyInbound inbound,
      LongSupplier nanoClock,
      Consumer<String> fatal,
      PartyCounters counters,
      RandomGenerator draws) {
    this(
        identity,
        capacity,
        arithmetic,
        state,
        inbound,
        nanoClock,
        fatal,
        counters,
        () -> budget(identity.model(), capacity.precomputation()),
        draws);
  }

  /** Returns its share of the model. */
  ModelShare model() {
    return identity.model();
  }

  int partyId() {
    return model().partyId();
  }

  /** Returns whether it gives requests their numbers: a client that is party 1 does so itself. */
  boolean givesNumbers() {
    return (partyId() == 1) == model().clientIsParty1();
  }

  /**
   * Returns how many images both parties take in one session; a client that is one says nothing.
   */
  int maxBatchWith(LinkMessage.Hello peer) {
    int own = capacity.maxBatch();
    return peer.maxBatch() == 0 ? own : Math.min(own, peer.maxBatch());
  }

  /** Returns what it keeps of an epoch of which the peer has heard first. */
  EarlyMessages earlyMessages() {
    NetworkPlan plan = model().plan();
    // Every waiting request may be opened and ended again before this party hears of the epoch.
    int messages = 4 * plan.layers().size() + 16 + 4 * PartyLimits.MAX_COUNT;
    // Operators and dealer are semi-honest, and the weights alone are many words: a count will do.
    boolean ofClient = model().clientIsParty1() && partyId() == 0;
    return new EarlyMessages(
        messages, ofClient ? earlyWordsOfClient(plan, capacity.maxBatch()) : Long.MAX_VALUE);
  }

  /**
   * Returns how many words of tensors a client that is party 1 may send before its server hears of
   * the epoch: as many as its largest session exchanges. The correlations of that session have the
   * room, since an epoch that has not begun has none.
   */
  public static long earlyWordsOfClient(NetworkPlan plan, int maxBatch) {
    return maxBatch * plan.costs().onlineBytesPerDirection() / Integer.BYTES;
  }

  /** Layers that exchange messages. */
  int protocolLayerCount() {
    return model().plan().steps().size();
  }

  /** Returns what the layers of an epoch share. */
  PartyEpoch epoch(
      long epochId, KeyedRandom random, Link peer, Link dealer, ActorRef<LayerReport> reports) {
    return new PartyEpoch(
        epochId,
        random.into(arithmetic.pool().arrays()),
        model(),
        arithmetic,
        new PartyEpoch.Numbers(
            new AtomicLong(state.block()),
            counters::sessionsInFlight,
            maxBatchWith(peer.peerHello())),
        new PartyEpoch.Correlations(capacity.precomputation(), budgets.get(), state.store()),
        new PartyEpoch.Links(peer, dealer),
        new PartyEpoch.Observers(
            state.audit(),
            counters.openings(),
            new LayerMeter(nanoClock, counters.latencies(), counters.newCredit()),
            reports));
  }

  private static CorrelationBudget budget(ModelShare model, Precomputation precomputation) {
    return precomputation.isStreamed()
        ? CorrelationBudget.of(
            MemoryNeed.of(model.plan(), LinearKernels.best()).correlationBytes(),
            precomputation.streamedBytes())
        : CorrelationBudget.unlimited();
  }

  @Override
  public String toString() {
    return "PartySettings[partyId=" + partyId() + "]";
  }
}
