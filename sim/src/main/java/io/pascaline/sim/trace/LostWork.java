// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import java.util.Set;
import java.util.stream.Collectors;

/**
 * What epochs sent that were lost before their material was used: all their masked weights, and the
 * tensors of their sessions without an answer.
 *
 * @param epochs number of lost epochs
 * @param setupBytesPerParty masked weights, in bytes of tensor words, from the party that sent more
 * @param onlineBytesPerParty openings, from the party that sent more
 * @param offlineBytes corrections from the dealer to both parties
 */
public record LostWork(
    int epochs, long setupBytesPerParty, long onlineBytesPerParty, long offlineBytes) {
  private record Session(int epoch, long number) {}

  /** Returns what the trace shows: all epochs but the last one are lost. */
  static LostWork of(Trace trace) {
    Set<Session> answered =
        AnsweredSession.of(trace).stream()
            .map(session -> new Session(session.epoch(), session.number()))
            .collect(Collectors.toSet());
    int last = trace.epochCount() - 1;
    long[] setupBytes = new long[2];
    long[] onlineBytes = new long[2];
    long offlineBytes = 0;
    for (MessageEvent message : trace.messages()) {
      boolean lost =
          message.epoch() >= 0
              && message.epoch() < last
              && !answered.contains(new Session(message.epoch(), message.session()));
      if (lost && message.kind() == MessageKind.CORRECTION) {
        offlineBytes += message.payloadBytes();
      } else if (lost) {
        int sender = message.from().equals(LayerTraffic.PARTY_0) ? 0 : 1;
        setupBytes[sender] +=
            message.kind() == MessageKind.WEIGHT_OPENING ? message.payloadBytes() : 0;
        onlineBytes[sender] += message.kind() == MessageKind.OPENING ? message.payloadBytes() : 0;
      }
    }
    return new LostWork(
        Math.max(0, last),
        Math.max(setupBytes[0], setupBytes[1]),
        Math.max(onlineBytes[0], onlineBytes[1]),
        offlineBytes);
  }
}
