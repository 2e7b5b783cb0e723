// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.pascaline.actors.party.RequestState.AwaitingReservation;
import io.pascaline.actors.party.RequestState.AwaitingShare;
import io.pascaline.actors.party.RequestState.Ending;
import io.pascaline.actors.party.RequestState.Over;
import io.pascaline.actors.party.RequestState.Queued;
import io.pascaline.actors.party.RequestState.Running;
import io.pascaline.protocols.SessionId;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every state and every event; a dot is for an event that changes nothing. */
class RequestStateTest {
  private static final SessionId S = new SessionId(5, 7);
  private static final SessionId T = new SessionId(5, 8);

  private static final Map<String, RequestState> STATES =
      Map.of(
          "queued", new Queued(),
          "noShare", new AwaitingShare(S),
          "reserving", new AwaitingReservation(S),
          "running", new Running(S, false),
          "confirmed", new Running(S, true),
          "endsAlone", new Ending(null, false),
          "endsAloneK", new Ending(null, true),
          "ends", new Ending(S, false),
          "endsK", new Ending(S, true),
          "over", new Over());

  private static final Map<String, UnaryOperator<RequestState>> EVENTS =
      Map.ofEntries(
          Map.entry("share", RequestState::shareArrived),
          Map.entry("number", state -> state.numberGiven(T)),
          Map.entry("reserved", RequestState::reserved),
          Map.entry("opened", RequestState::peerOpened),
          Map.entry("stopped", RequestState::stopped),
          Map.entry("abort", state -> state.abortedByPeer(null)),
          Map.entry("abortS", state -> state.abortedByPeer(S)),
          Map.entry("abortT", state -> state.abortedByPeer(T)),
          Map.entry("epochEnd", RequestState::epochEnded),
          Map.entry("ended", RequestState::sessionEnded));

  private static final String TABLE =
      """
      state      share     number    reserved opened    stopped   abort      abortS abortT    epochEnd ended
      queued     .         reserveT  .        .         endsAlone endsAloneK endsAlone endsAlone .        over
      noShare    reserving .         .        .         over      over       over   over      over     .
      reserving  .         .         running  .         ends      ends       endsK  ends      ends     over
      running    .         .         .        confirmed ends      ends       endsK  ends      ends     over
      confirmed  .         .         .        .         ends      ends       endsK  ends      ends     over
      endsAlone  .         endsT     .        .         .         endsAloneK .      .         .        over
      endsAloneK .         endsT     .        .         .         .          .      .         .        over
      ends       .         .         .        .         .         .          endsK  .         .        over
      endsK      .         .         .        .         .         .          .      .         .        over
      over       .         .         .        .         .         .          .      .         .        .
      """;

  @Test
  void shouldFollowTheTable() {
    List<String[]> rows = TABLE.lines().map(line -> line.trim().split(" +")).toList();
    String[] head = rows.get(0);
    assertEquals(
        EVENTS.keySet(),
        Set.of(head).stream().filter(EVENTS::containsKey).collect(Collectors.toSet()));
    assertEquals(STATES.size(), rows.size() - 1, "a row for each state");
    for (String[] row : rows.subList(1, rows.size())) {
      RequestState before = STATES.get(row[0]);
      for (int column = 1; column < head.length; column++) {
        RequestState after = EVENTS.get(head[column]).apply(before);
        RequestState expected =
            switch (row[column]) {
              case "." -> before;
              case "endsT" -> new Ending(T, false);
              case "reserveT" -> new AwaitingReservation(T);
              default -> STATES.get(row[column]);
            };
        assertEquals(expected, after, row[0] + " on " + head[column]);
      }
    }
  }

  /** Whatever comes, a session never changes its number, and what is over stays over. */
  @Test
  void shouldNeverChangeANumber() {
    STATES.forEach(
        (name, state) ->
            EVENTS.forEach(
                (event, change) -> {
                  SessionId before = state.sessionOrNull();
                  RequestState after = change.apply(state);
                  if (before != null && !(after instanceof Over)) {
                    assertEquals(before, after.sessionOrNull(), name + " on " + event);
                  }
                }));
  }
}
