// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.transport.aeron.CarrierOpening.State;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Every state of an opening and every event; a dot is for an event that changes nothing. */
class CarrierOpeningTest {
  private static final Map<String, UnaryOperator<State>> EVENTS =
      Map.of(
          "secured", State::connectedSecured,
          "plaintext", State::connectedInPlaintext,
          "keyed", State::keyed,
          "initiator", State::initiatorGreeted,
          "responder", State::responderGreeted,
          "remote", State::remoteGreeted,
          "timeout", State::timedOut);

  private static final String TABLE =
      """
      state      secured plaintext keyed    initiator responder remote   timeout
      CONNECTING KEYING  GREETING  .        .         .         .        OVERDUE
      KEYING     .       .         GREETING .         .         .        OVERDUE
      GREETING   .       .         .        GREETED   COMPLETE  .        OVERDUE
      GREETED    .       .         .        .         .         COMPLETE OVERDUE
      COMPLETE   .       .         .        .         .         .        .
      OVERDUE    .       .         .        .         .         .        .
      ENDED      .       .         .        .         .         .        .
      """;

  @Test
  void shouldFollowTheTable() {
    List<String[]> rows = TABLE.lines().map(line -> line.trim().split(" +")).toList();
    String[] head = rows.get(0);
    assertEquals(EVENTS.size(), head.length - 1, "a column for each event");
    assertEquals(State.values().length, rows.size() - 1, "a row for each state");
    for (String[] row : rows.subList(1, rows.size())) {
      State before = State.valueOf(row[0]);
      for (int column = 1; column < head.length; column++) {
        State expected = row[column].equals(".") ? before : State.valueOf(row[column]);
        assertEquals(
            expected, EVENTS.get(head[column]).apply(before), row[0] + " on " + head[column]);
      }
    }
  }
}
