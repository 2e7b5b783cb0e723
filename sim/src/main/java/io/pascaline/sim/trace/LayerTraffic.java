// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import io.pascaline.layers.plan.SentBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * What one layer sent in one inference, counted; where a session carries several, each one's part.
 *
 * @param layer the layer's id
 * @param name its name
 * @param rounds tensors that the party sent that sent more, in the whole session
 * @param online bytes of tensor words, by party
 * @param advanceBytes of what party 1 opened in advance
 * @param offlineBytes of corrections from the dealer
 */
public record LayerTraffic(
    int layer, String name, int rounds, SentBytes online, long advanceBytes, long offlineBytes) {
  static final String PARTY_0 = "party 0";

  /**
   * Counts a session's messages by layer.
   *
   * @param imageCount inferences that the session carried
   */
  public static List<LayerTraffic> of(
      NetworkPlan plan, Trace trace, AnsweredSession session, int imageCount) {
    int count = plan.layers().size();
    int[][] rounds = new int[2][count];
    long[][] online = new long[2][count];
    long[] inAdvance = new long[count];
    long[] offline = new long[count];
    for (MessageEvent message : trace.messages()) {
      if (message.epoch() != session.epoch()
          || message.session() < session.number()
          || message.session() >= session.number() + imageCount
          || message.layer() < 0) {
        continue;
      }
      int sender = message.from().equals(PARTY_0) ? 0 : 1;
      if (message.kind() == MessageKind.OPENING) {
        rounds[sender][message.layer()]++;
        online[sender][message.layer()] += message.payloadBytes();
      } else if (message.kind() == MessageKind.ADVANCE_OPENING) {
        inAdvance[message.layer()] += message.payloadBytes();
      } else if (message.kind() == MessageKind.CORRECTION) {
        offline[message.layer()] += message.payloadBytes();
      }
    }
    List<LayerTraffic> traffic = new ArrayList<>();
    for (PlanLayer layer : plan.layers()) {
      int id = layer.id();
      traffic.add(
          new LayerTraffic(
              id,
              layer.name(),
              Math.max(rounds[0][id], rounds[1][id]),
              new SentBytes(online[0][id] / imageCount, online[1][id] / imageCount),
              inAdvance[id] / imageCount,
              offline[id] / imageCount));
    }
    return traffic;
  }
}
