// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A session of which the client got both shares of the output. Numbers begin anew with each epoch:
 * a session is known by both.
 *
 * @param epoch index of its epoch, see {@link MessageEvent#epoch}
 * @param number its number in the epoch
 * @param sentNs when the client sent its first input share
 * @param answeredNs when the second output share arrived
 */
public record AnsweredSession(int epoch, long number, long sentNs, long answeredNs) {
  private static final int PARTIES = 2;

  /** Returns all answered sessions of a trace, in the order in which the client asked. */
  public static List<AnsweredSession> of(Trace trace) {
    Map<Integer, MessageEvent> opens = new HashMap<>();
    Map<Integer, Long> sentNs = new HashMap<>();
    Map<Integer, Integer> outputs = new HashMap<>();
    List<AnsweredSession> answered = new ArrayList<>();
    for (MessageEvent message : trace.messages()) {
      switch (message.kind()) {
        case SESSION_OPEN -> opens.put(message.request(), message);
        case INPUT_SHARE -> sentNs.merge(message.request(), message.sentNs(), Math::min);
        case OUTPUT_SHARE -> {
          MessageEvent open = opens.get(message.request());
          if (outputs.merge(message.request(), 1, Integer::sum) == PARTIES && open != null) {
            answered.add(
                new AnsweredSession(
                    open.epoch(),
                    open.session(),
                    sentNs.get(message.request()),
                    message.arrivedNs()));
          }
        }
        default -> {
          // Nothing that tells a session's beginning or end.
        }
      }
    }
    answered.sort(
        Comparator.comparingLong(AnsweredSession::sentNs)
            .thenComparingInt(AnsweredSession::epoch)
            .thenComparingLong(AnsweredSession::number));
    return answered;
  }
}
