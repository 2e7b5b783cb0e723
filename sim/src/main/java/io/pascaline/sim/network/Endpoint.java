// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import io.pascaline.sim.time.Attendant;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.util.function.LongUnaryOperator;

/**
 * A node that links begin and end at.
 *
 * @param hello what it says of itself
 * @param listener told of its links, on the simulation's thread
 * @param attendant its thread for messages
 * @param messageNs how long a message of that many bytes in frames occupies the threads of both
 *     ends
 */
public record Endpoint(
    LinkMessage.Hello hello,
    LinkListener listener,
    Attendant attendant,
    LongUnaryOperator messageNs) {
  /** Handles a message that is sent or was received, and then runs what follows. */
  void handle(long frameBytes, Runnable then) {
    attendant.occupy(messageNs.applyAsLong(frameBytes) / 2);
    attendant.afterwards(then);
  }

  String name() {
    return hello.name();
  }
}
