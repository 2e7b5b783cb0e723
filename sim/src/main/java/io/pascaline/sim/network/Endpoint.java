package io.pascaline.sim.network;

import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;

/**
 * A node that links begin and end at.
 *
 * @param hello what it says of itself
 * @param listener told of its links, on the simulation's thread
 */
public record Endpoint(LinkMessage.Hello hello, LinkListener listener) {
  String name() {
    return hello.name();
  }
}
