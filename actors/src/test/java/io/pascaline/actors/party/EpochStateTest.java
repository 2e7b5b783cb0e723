// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.party.EpochState.Announced;
import io.pascaline.actors.party.EpochState.Entering;
import io.pascaline.actors.party.EpochState.Idle;
import io.pascaline.actors.party.EpochState.Running;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every state and every event; a dot is for an event that changes nothing. */
class EpochStateTest {
  private static final LinkMessage.EpochStart FIRST = start(1);
  private static final LinkMessage.EpochStart SECOND = start(2);

  private static final Map<String, EpochState> STATES =
      Map.of(
          "idle", new Idle(),
          "announced", new Announced(FIRST),
          "entering", new Entering(FIRST),
          "running", new Running(1, null));

  private static final Map<String, UnaryOperator<EpochState>> EVENTS =
      Map.of(
          "announce2", state -> state.announced(SECOND),
          "recording", EpochState::recording,
          "entered", state -> state.entered(FIRST, null),
          "entered2", state -> state.entered(SECOND, null),
          "dealerLost", EpochState::dealerLost,
          "peerLost", EpochState::peerLost,
          "ended", EpochState::ended);

  private static final String TABLE =
      """
      state     announce2  recording entered entered2 dealerLost peerLost ended
      idle      announced2 .         .       .        .          .        .
      announced announced2 entering  .       .        idle       .        idle
      entering  announced2 .         running .        idle       idle     idle
      running   announced2 .         .       .        .          idle     idle
      """;

  private static LinkMessage.EpochStart start(long epoch) {
    byte[] nonce = new byte[LinkMessage.NONCE_BYTES];
    return new LinkMessage.EpochStart(epoch, nonce, nonce, nonce, nonce);
  }

  @Test
  void shouldFollowTheTable() {
    List<String[]> rows = TABLE.lines().map(line -> line.trim().split(" +")).toList();
    String[] head = rows.get(0);
    assertEquals(EVENTS.size(), head.length - 1, "a column for each event");
    assertEquals(STATES.size(), rows.size() - 1, "a row for each state");
    for (String[] row : rows.subList(1, rows.size())) {
      EpochState before = STATES.get(row[0]);
      for (int column = 1; column < head.length; column++) {
        EpochState expected =
            switch (row[column]) {
              case "." -> before;
              case "announced2" -> new Announced(SECOND);
              default -> STATES.get(row[column]);
            };
        assertEquals(
            expected, EVENTS.get(head[column]).apply(before), row[0] + " on " + head[column]);
      }
    }
  }

  @Test
  void shouldKnowWhoseMessagesAreInTime() {
    STATES.forEach(
        (name, state) -> {
          assertEquals(name.equals("running"), state.isRunning(1), name);
          assertEquals(name.equals("entering"), state.isEntering(1), name);
          assertFalse(state.isRunning(2), name);
          assertFalse(state.isEntering(2), name);
        });
    assertTrue(PartyCounters.epochStates().containsAll(STATES.keySet()));
  }
}
