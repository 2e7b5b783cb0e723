// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.ServiceStatistics;
import io.pascaline.actors.metrics.ClientTraffic;
import io.pascaline.actors.metrics.PartyTraffic;
import io.pascaline.layers.plan.LayerCost;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.layers.plan.SentBytes;
import io.pascaline.protocols.step.CorrectionReceiver;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireFiguresTest {
  private static final int INFERENCES = 5;
  private static final int EXCHANGES = 3;
  private static final long ONLINE_BYTES = 656;
  private static final long OFFLINE_BYTES = 1_000;

  @Test
  void shouldBeAsPlannedWhenEveryCountEqualsThePlan() {
    WireFigures figures = figures(INFERENCES, asPlanned(0), asPlanned(1));

    assertTrue(figures.asPlanned());
    assertEquals(EXCHANGES, figures.rounds());
    assertEquals(ONLINE_BYTES, figures.onlineBytesPerParty());
    assertEquals(OptionalLong.of(2 * OFFLINE_BYTES), figures.offlineBytesTotal());
  }

  @ParameterizedTest(name = "party {0}: inferences {1}, rounds {2}, sent {3}, received {4}")
  @CsvSource({
    "0, -1, 0, 0, 0", "0, 0, -1, 0, 0", "0, 0, 0, -4, 0", "0, 0, 0, 0, -4",
    "1, -1, 0, 0, 0", "1, 0, -1, 0, 0", "1, 0, 0, -4, 0", "1, 0, 0, 0, -4",
    "0, 1, 0, 0, 0", "1, 0, 1, 0, 0", "0, 0, 0, 4, 0", "1, 0, 0, 0, 4"
  })
  void shouldNoticeOneCountOfOnePartyThatDiffers(
      int partyId, long inferences, long rounds, long sent, long received) {
    PartyTraffic[] after = {asPlanned(0), asPlanned(1)};
    after[partyId] =
        traffic(
            partyId,
            INFERENCES + inferences,
            INFERENCES * EXCHANGES + rounds,
            INFERENCES * ONLINE_BYTES + sent,
            INFERENCES * ONLINE_BYTES + received);

    assertFalse(figures(INFERENCES, after).asPlanned());
  }

  @Test
  void shouldNotTakeOneInferenceTooManyOfBothForPlanned() {
    assertFalse(figures(INFERENCES - 1, asPlanned(0), asPlanned(1)).asPlanned());
  }

  @Test
  void shouldClaimNothingOfARunWithoutInferences() {
    WireFigures figures = figures(0, traffic(0, 0, 0, 0, 0), traffic(1, 0, 0, 0, 0));

    assertFalse(figures.asPlanned());
    assertTrue(Double.isNaN(figures.rounds()));
    assertTrue(Double.isNaN(figures.onlineBytesPerParty()));
  }

  @Test
  void shouldClaimNothingWhereNothingIsCounted() {
    WireFigures figures = figures(INFERENCES);

    assertFalse(figures.counted() || figures.asPlanned());
    assertTrue(Double.isNaN(figures.rounds()));
    assertTrue(Double.isNaN(figures.onlineBytesPerParty()));
    assertTrue(Double.isNaN(figures.framingBytesPerParty()));
    assertTrue(figures.offlineBytesTotal().isEmpty());
    assertEquals(EXCHANGES, figures.roundsPlanned());
    assertEquals(ONLINE_BYTES, figures.onlineBytesPlanned());
  }

  /** One party is silent: what the other sends, it receives. */
  @Test
  void shouldCompareEachPartyWithItsOwnDirection() {
    PlanCosts oneSided = costs(1, new SentBytes(0, ONLINE_BYTES));
    long sent = INFERENCES * ONLINE_BYTES;
    PartyTraffic silent = traffic(0, INFERENCES, 0, 0, sent);
    PartyTraffic sender = traffic(1, INFERENCES, INFERENCES, sent, 0);

    WireFigures figures = figures(oneSided, INFERENCES, silent, sender);

    assertTrue(figures.asPlanned());
    assertEquals(1, figures.rounds());
    assertEquals(ONLINE_BYTES, figures.onlineBytesPerParty());
    PartyTraffic chatty = traffic(0, INFERENCES, INFERENCES, sent, sent);
    assertFalse(figures(oneSided, INFERENCES, chatty, sender).asPlanned());
  }

  private static PartyTraffic asPlanned(int partyId) {
    return traffic(
        partyId,
        INFERENCES,
        INFERENCES * EXCHANGES,
        INFERENCES * ONLINE_BYTES,
        INFERENCES * ONLINE_BYTES);
  }

  private static PartyTraffic traffic(
      int partyId, long inferences, long rounds, long sent, long received) {
    return new PartyTraffic(
        partyId,
        inferences,
        inferences,
        rounds,
        sent,
        received,
        0,
        0,
        OFFLINE_BYTES,
        50,
        8,
        9,
        70,
        80);
  }

  /** Returns the warm-up before the first reading counts nothing. */
  private static WireFigures figures(int inferences, PartyTraffic... parties) {
    return figures(
        costs(EXCHANGES, new SentBytes(ONLINE_BYTES, ONLINE_BYTES)), inferences, parties);
  }

  private static PlanCosts costs(int rounds, SentBytes online) {
    SentBytes none = new SentBytes(0, 0);
    return new PlanCosts(
        CorrectionReceiver.ALTERNATING,
        List.of(new LayerCost(0, "layer", rounds, online, 0, OFFLINE_BYTES, none, 0, 0)));
  }

  private static WireFigures figures(PlanCosts planned, int inferences, PartyTraffic... parties) {
    List<PartyTraffic> before = new ArrayList<>();
    List<PartyTraffic> after = new ArrayList<>();
    for (PartyTraffic party : parties) {
      int id = party.partyId();
      before.add(new PartyTraffic(id, 2, 2, 6, 1_312, 1_312, 0, 0, 400, 50, 4, 4, 30, 30));
      after.add(
          new PartyTraffic(
              id,
              2 + party.inferences(),
              2 + party.sessions(),
              6 + party.rounds(),
              1_312 + party.openedBytesSent(),
              1_312 + party.openedBytesReceived(),
              party.advanceBytesSent(),
              party.advanceBytesReceived(),
              party.correctionBytesReceived(),
              party.setupBytesSent(),
              4 + party.inputShareBytesReceived(),
              4 + party.outputShareBytesSent(),
              30 + party.framingBytesSent(),
              30 + party.framingBytesReceived()));
    }
    ClientTraffic client = new ClientTraffic(0, 0);
    return WireFigures.between(
        new ServiceStatistics(before, client),
        new ServiceStatistics(after, client),
        inferences,
        inferences,
        planned);
  }
}
