// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import java.util.HashSet;
import java.util.Set;

/**
 * The cost of checks of the dealer: session numbers, one for each image, and bytes in addition to
 * those of inferences.
 *
 * @param numbers session numbers that no inference used
 * @param onlineBytes seeds and digests between the parties, both directions, in frames
 * @param offlineBytes corrections of these numbers, in bytes of tensor words
 */
public record DealerCheckTraffic(int numbers, long onlineBytes, long offlineBytes) {
  private record Numbered(int epoch, long number) {}

  /** Returns the cost that the trace shows. */
  static DealerCheckTraffic of(Trace trace) {
    Set<Numbered> checked = new HashSet<>();
    long onlineBytes = 0;
    for (MessageEvent message : trace.messages()) {
      if (message.kind() == MessageKind.DEALER_CHECK) {
        onlineBytes += message.frameBytes();
        if (message.session() >= 0) {
          checked.add(new Numbered(message.epoch(), message.session()));
        }
      }
    }
    long offlineBytes =
        trace.messages().stream()
            .filter(message -> message.kind() == MessageKind.CORRECTION)
            .filter(message -> checked.contains(new Numbered(message.epoch(), message.session())))
            .mapToLong(MessageEvent::payloadBytes)
            .sum();
    return new DealerCheckTraffic(checked.size(), onlineBytes, offlineBytes);
  }
}
