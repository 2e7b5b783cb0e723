// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.transport.link.LinkMessage;
import java.net.URI;
import java.util.Objects;
import java.util.Optional;
import org.apache.pekko.actor.typed.ActorRef;

/** What a cell node tells a gateway node. Serialised by {@link CellSerializer}. */
sealed interface GatewayMessage extends GatewayCells.Command {
  /**
   * A cell's load, when it has changed and from time to time.
   *
   * @param cell that says so
   * @param load what it has to do; it serves nobody while it drains
   * @param readiness what its party has
   * @param gateway where clients reach the party's own gateway; empty if they are not told
   */
  record Report(
      ActorRef<CellMessage> cell, CellLoad load, PartyReadiness readiness, Optional<URI> gateway)
      implements GatewayMessage {
    /** Checks that all is there. */
    public Report {
      Objects.requireNonNull(cell, "cell");
      Objects.requireNonNull(load, "load");
      Objects.requireNonNull(readiness, "readiness");
      Objects.requireNonNull(gateway, "gateway");
    }
  }

  /**
   * The party of a cell answers a client.
   *
   * @param cell whose party it is
   * @param message an output share or the end of a request
   */
  record ToClient(ActorRef<CellMessage> cell, LinkMessage message) implements GatewayMessage {
    /** Checks that it is one of the two. */
    public ToClient {
      Objects.requireNonNull(cell, "cell");
      if (!(message instanceof LinkMessage.OutputShare)
          && !(message instanceof LinkMessage.RequestAbort)) {
        throw new IllegalArgumentException(
            "message must be an output share or the end of a request: " + message);
      }
    }
  }
}
