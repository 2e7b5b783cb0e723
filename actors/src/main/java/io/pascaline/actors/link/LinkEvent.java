// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What a link did, as an actor's message. */
public sealed interface LinkEvent {
  /** Returns the link it happened to. */
  Link link();

  /** Calls what belongs to this kind of event. */
  default void dispatch(
      Consumer<Link> onOpened,
      BiConsumer<Link, LinkMessage> onReceived,
      BiConsumer<Link, String> onClosed) {
    if (this instanceof Received received) {
      onReceived.accept(received.link(), received.message());
    } else if (this instanceof Closed closed) {
      onClosed.accept(closed.link(), closed.reason());
    } else {
      onOpened.accept(link());
    }
  }

  /**
   * Both sides have introduced themselves.
   *
   * @param link the open link
   */
  record Opened(Link link) implements LinkEvent {}

  /**
   * A whole message arrived; its arrays belong to the receiver.
   *
   * @param link where from
   * @param message what
   */
  record Received(Link link, LinkMessage message) implements LinkEvent {}

  /**
   * The link is gone; what was queued on it is lost.
   *
   * @param link the link
   * @param reason one line
   */
  record Closed(Link link, String reason) implements LinkEvent {}
}
