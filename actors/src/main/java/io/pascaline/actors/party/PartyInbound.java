// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.link.InboundFilter;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;

/**
 * The way of every message that reaches a party. An opening or a correction of the running epoch
 * goes to its layer at once ({@link LayerRoutes}); this is nearly all that comes while inferences
 * are in flight. An input or a cancellation needs room in the party's mailbox ({@link InputGate}).
 * The actor gets the rest.
 *
 * <p>Two ways lead to a layer. Tensors of a link do not overtake each other: as long as one waits
 * in the mailbox, the next ones follow it there. A tensor may overtake another message that the
 * actor has not read, for instance the number that its session gets. Layers take what they need in
 * any order, so this changes nothing.
 *
 * @param routes to the layers
 * @param gate of the mailbox
 */
public record PartyInbound(LayerRoutes routes, InputGate gate) implements InboundFilter {
  @Override
  public boolean handOver(Link link, LinkMessage message) {
    if (routes.deliver(link, message)) {
      return false;
    }
    return gate.handOver(link, message);
  }
}
