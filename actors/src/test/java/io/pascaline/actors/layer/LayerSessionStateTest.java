// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.layer.LayerSessionState.Abandoned;
import io.pascaline.actors.layer.LayerSessionState.AwaitingCorrelations;
import io.pascaline.actors.layer.LayerSessionState.AwaitingInputs;
import io.pascaline.actors.layer.LayerSessionState.AwaitingOpening;
import io.pascaline.actors.layer.LayerSessionState.Failed;
import io.pascaline.actors.layer.LayerSessionState.Inputs;
import io.pascaline.actors.layer.LayerSessionState.Over;
import io.pascaline.actors.layer.LayerSessionState.Receiving;
import io.pascaline.actors.layer.LayerSessionState.Run;
import io.pascaline.protocols.share.MaskedWords;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every state and every event; a dot is for an event that changes nothing. */
class LayerSessionStateTest {
  private static final long ARRIVED_NS = 17;
  private static final Inputs INPUTS = new Inputs(List.of(), null, ARRIVED_NS);
  private static final Run RUN = new Run(null, null, ARRIVED_NS);
  private static final MaskedWords OPENING = MaskedWords.of(new int[] {1});

  private static final Map<String, LayerSessionState> STATES =
      Map.of(
          "inputs", new AwaitingInputs(),
          "corr", new AwaitingCorrelations(INPUTS),
          "opening0", new AwaitingOpening(RUN, 0),
          "opening1", new AwaitingOpening(RUN, 1),
          "receiving0", new Receiving(RUN, 0, OPENING),
          "receiving1", new Receiving(RUN, 1, OPENING),
          "failed", new Failed(),
          "abandoned", new Abandoned(),
          "over", new Over());

  private static final Map<String, UnaryOperator<LayerSessionState>> EVENTS =
      Map.of(
          "inputs", state -> state.inputsArrived(INPUTS),
          "started", state -> state.started(null),
          "opening", state -> state.openingTaken(OPENING),
          "advanced", LayerSessionState::advanced,
          "failed", LayerSessionState::failed,
          "ended", LayerSessionState::ended,
          "abandoned", LayerSessionState::abandoned);

  private static final String TABLE =
      """
      state      inputs started  opening    advanced failed ended abandoned
      inputs     corr   .        .          .        .      .     over
      corr       .      opening0 .          .        .      .     over
      opening0   .      .        receiving0 .        .      over  over
      opening1   .      .        receiving1 .        .      over  over
      receiving0 .      .        .          opening1 failed over  abandoned
      receiving1 .      .        .          opening2 failed over  abandoned
      failed     .      .        .          .        .      .     over
      abandoned  .      .        .          over     over   over  .
      over       .      .        .          .        .      .     .
      """;

  /** Rounds whose openings may come, of the first three, and what else a state is asked. */
  private static final String QUESTIONS =
      """
      state      rounds started ending
      inputs     012    false   false
      corr       012    false   false
      opening0   012    true    false
      opening1   12     true    false
      receiving0 12     true    false
      receiving1 2      true    false
      failed     012    true    true
      abandoned  012    true    true
      over       012    false   true
      """;

  private static List<String[]> rows(String table) {
    return table.lines().map(line -> line.trim().split(" +")).toList();
  }

  @Test
  void shouldFollowTheTable() {
    List<String[]> rows = rows(TABLE);
    String[] head = rows.get(0);
    assertEquals(EVENTS.size(), head.length - 1, "a column for each event");
    assertEquals(STATES.size(), rows.size() - 1, "a row for each state");
    for (String[] row : rows.subList(1, rows.size())) {
      LayerSessionState before = STATES.get(row[0]);
      for (int column = 1; column < head.length; column++) {
        LayerSessionState expected =
            switch (row[column]) {
              case "." -> before;
              case "opening2" -> new AwaitingOpening(RUN, 2);
              default -> STATES.get(row[column]);
            };
        assertEquals(
            expected, EVENTS.get(head[column]).apply(before), row[0] + " on " + head[column]);
      }
    }
  }

  @Test
  void shouldAnswerByTheTable() {
    List<String[]> rows = rows(QUESTIONS);
    assertEquals(
        STATES.keySet(), rows.stream().skip(1).map(row -> row[0]).collect(Collectors.toSet()));
    for (String[] row : rows.subList(1, rows.size())) {
      LayerSessionState state = STATES.get(row[0]);
      String rounds =
          IntStream.range(-1, 3)
              .filter(state::accepts)
              .mapToObj(Integer::toString)
              .collect(Collectors.joining());
      assertEquals(row[1], rounds, row[0]);
      assertEquals(row[2], "" + state.hasStarted(), row[0]);
      assertEquals(row[3], "" + state.isEnding(), row[0]);
    }
  }
}
