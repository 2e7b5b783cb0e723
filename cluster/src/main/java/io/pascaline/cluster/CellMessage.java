// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.transport.link.LinkMessage;
import java.util.Objects;
import org.apache.pekko.actor.typed.ActorRef;

/** What a gateway node tells a cell node. Serialised by {@link CellSerializer}. */
sealed interface CellMessage extends CellGate.Command {
  /**
   * A gateway node wants to know the cell's load from now on.
   *
   * @param gateway told of it until it stops
   */
  record Subscribe(ActorRef<GatewayMessage> gateway) implements CellMessage {
    /** Checks that there is one. */
    public Subscribe {
      Objects.requireNonNull(gateway, "gateway");
    }
  }

  /**
   * A client of a gateway sends a share or ends a request.
   *
   * @param gateway gets the answer
   * @param client identity that the gateway has checked
   * @param message an input share or the end of a request
   */
  record FromClient(ActorRef<GatewayMessage> gateway, String client, LinkMessage message)
      implements CellMessage {
    /** Checks that it is one of the two. */
    public FromClient {
      Objects.requireNonNull(gateway, "gateway");
      Objects.requireNonNull(client, "client");
      if (!(message instanceof LinkMessage.InputShare)
          && !(message instanceof LinkMessage.RequestAbort)) {
        throw new IllegalArgumentException(
            "message must be an input share or the end of a request: " + message);
      }
    }
  }

  /**
   * A client of a gateway has gone.
   *
   * @param gateway whose client it was
   * @param client its identity
   */
  record ClientGone(ActorRef<GatewayMessage> gateway, String client) implements CellMessage {
    /** Checks that both are named. */
    public ClientGone {
      Objects.requireNonNull(gateway, "gateway");
      Objects.requireNonNull(client, "client");
    }
  }
}
