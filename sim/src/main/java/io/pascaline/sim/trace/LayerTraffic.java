// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.layers.plan.PlanLayer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one layer sent in one inference, counted.
 *
 * @param layer the layer's id
 * @param name its name
 * @param rounds tensors that party 0 sent
 * @param onlineBytes of tensor words, from party 0 to party 1
 * @param offlineBytes of corrections from the dealer
 */
public record LayerTraffic(
    int layer, String name, int rounds, long onlineBytes, long offlineBytes) {
  static final String PARTY_0 = "party 0";

  /** Counts an inference's messages by layer. */
  public static List<LayerTraffic> of(NetworkPlan plan, Trace trace, AnsweredSession session) {
    int count = plan.layers().size();
    int[] rounds = new int[count];
    long[] online = new long[count];
    long[] offline = new long[count];
    for (MessageEvent message : trace.messages()) {
      if (message.epoch() != session.epoch()
          || message.session() != session.number()
          || message.layer() < 0) {
        continue;
      }
      if (message.kind() == MessageKind.OPENING && message.from().equals(PARTY_0)) {
        rounds[message.layer()]++;
        online[message.layer()] += message.payloadBytes();
      } else if (message.kind() == MessageKind.CORRECTION) {
        offline[message.layer()] += message.payloadBytes();
      }
    }
    List<LayerTraffic> traffic = new ArrayList<>();
    for (PlanLayer layer : plan.layers()) {
      int id = layer.id();
      traffic.add(new LayerTraffic(id, layer.name(), rounds[id], online[id], offline[id]));
    }
    return traffic;
  }
}
