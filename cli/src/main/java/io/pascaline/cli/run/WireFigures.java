// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import io.pascaline.actors.api.CanaryCounts;
import io.pascaline.actors.api.ServiceStatistics;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.plan.PlanCosts;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.ToLongFunction;

/**
 * What went over the links, per party, as the difference of two readings of the links' counters.
 *
 * @param counted whether this process could see the parties' links; if not, only the plan's figures
 *     are known
 * @param parties one entry per party
 * @param inferences how many were asked for between the readings
 * @param sessions in how many sessions
 * @param planned what one inference costs by the plan
 */
public record WireFigures(
    boolean counted, List<Party> parties, int inferences, int sessions, PlanCosts planned) {

  /**
   * One party's links.
   *
   * @param partyId 0 or 1
   * @param inferences that it finished between the readings
   * @param sessions that these were in
   * @param rounds masked tensors that it sent for them
   * @param onlineBytesSent masked tensors to the peer
   * @param onlineBytesReceived masked tensors from the peer
   * @param framingBytesSent headers of everything to the peer
   * @param framingBytesReceived headers of everything from the peer
   * @param inputShareBytes from the client
   * @param outputShareBytes to the client
   * @param offlineBytesTotal corrections from the dealer since the start, including those of unused
   *     correlations
   * @param setupBytesTotal the weight opening since the start
   */
  public record Party(
      int partyId,
      long inferences,
      long sessions,
      long rounds,
      long onlineBytesSent,
      long onlineBytesReceived,
      long framingBytesSent,
      long framingBytesReceived,
      long inputShareBytes,
      long outputShareBytes,
      long offlineBytesTotal,
      long setupBytesTotal) {}

  /**
   * Returns the difference of two readings. Canaries that were mixed in between them count as
   * inferences, because a party cannot distinguish them.
   *
   * @param before the earlier one
   * @param after the later one
   * @param inferences how many were asked for between them
   * @param sessions in how many sessions
   * @param planned what one inference costs by the plan
   * @return the figures
   */
  public static WireFigures between(
      ServiceStatistics before,
      ServiceStatistics after,
      int inferences,
      int sessions,
      PlanCosts planned) {
    List<Party> parties = new ArrayList<>();
    for (int i = 0; i < after.parties().size(); i++) {
      PartyTraffic from = before.parties().get(i);
      PartyTraffic to = after.parties().get(i);
      parties.add(
          new Party(
              to.partyId(),
              to.inferences() - from.inferences(),
              to.sessions() - from.sessions(),
              to.rounds() - from.rounds(),
              to.openedBytesSent() - from.openedBytesSent(),
              to.openedBytesReceived() - from.openedBytesReceived(),
              to.framingBytesSent() - from.framingBytesSent(),
              to.framingBytesReceived() - from.framingBytesReceived(),
              to.inputShareBytesReceived() - from.inputShareBytesReceived(),
              to.outputShareBytesSent() - from.outputShareBytesSent(),
              to.correctionBytesReceived(),
              to.setupBytesSent()));
    }
    CanaryCounts from = before.canaries();
    CanaryCounts to = after.canaries();
    return new WireFigures(
        !parties.isEmpty(),
        List.copyOf(parties),
        inferences + Math.toIntExact(to.total() - from.total()),
        sessions + Math.toIntExact(to.sessions() - from.sessions()),
        planned);
  }

  /** Openings of one session by the plan, however many images it carries. */
  public int roundsPlanned() {
    return planned.rounds();
  }

  /** Bytes of one inference by the plan, in the direction that carries more. */
  public long onlineBytesPlanned() {
    return planned.onlineBytesPerDirection();
  }

  /** Bytes of corrections of one inference by the plan. */
  public long offlineBytesPlanned() {
    return planned.offlineBytes();
  }

  /**
   * Rounds of one session: the larger of the parties' counts of what they send, with the rounds in
   * which the other party alone sends by the plan; NaN where not counted.
   */
  public double rounds() {
    double beyondPlan =
        parties.stream()
            .mapToDouble(p -> p.rounds() / (double) sessions - planned.openings(p.partyId()))
            .max()
            .orElse(0);
    return !counted || sessions == 0 ? Double.NaN : planned.rounds() + beyondPlan;
  }

  /**
   * Bytes that a party sends, or receives, for one inference: the largest of all four counts; NaN
   * where not counted.
   */
  public double onlineBytesPerParty() {
    return largestPer(inferences, p -> Math.max(p.onlineBytesSent(), p.onlineBytesReceived()));
  }

  /** Headers that each party sends, or receives, for one inference; NaN where not counted. */
  public double framingBytesPerParty() {
    return largestPer(inferences, p -> Math.max(p.framingBytesSent(), p.framingBytesReceived()));
  }

  /** By what was asked for; NaN if there was none or nothing was counted. */
  private double largestPer(int asked, ToLongFunction<Party> count) {
    long largest = parties.stream().mapToLong(count).max().orElse(0);
    return !counted || asked == 0 ? Double.NaN : largest / (double) asked;
  }

  /** Corrections that the dealer sent since the start, to both parties; empty where not counted. */
  public OptionalLong offlineBytesTotal() {
    return counted
        ? OptionalLong.of(parties.stream().mapToLong(Party::offlineBytesTotal).sum())
        : OptionalLong.empty();
  }

  /**
   * Returns whether every count of every party equals the plan exactly: inferences, sessions,
   * rounds and online bytes in both directions. False where nothing was counted.
   */
  public boolean asPlanned() {
    return counted && inferences > 0 && parties.stream().allMatch(this::isAsPlanned);
  }

  private boolean isAsPlanned(Party party) {
    int id = party.partyId();
    return party.inferences() == inferences
        && party.sessions() == sessions
        && party.rounds() == (long) sessions * planned.openings(id)
        && party.onlineBytesSent() == inferences * planned.online().by(id)
        && party.onlineBytesReceived() == inferences * planned.online().by(1 - id);
  }
}
