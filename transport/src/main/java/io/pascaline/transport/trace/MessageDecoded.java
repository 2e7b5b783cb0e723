// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.trace;

import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** From the first frame of a message until the message was whole. */
@Name(MessageDecoded.NAME)
@Label("Message decoded")
public final class MessageDecoded extends MessageEvent {
  /** The event's name in recordings. */
  public static final String NAME = "io.pascaline.MessageDecoded";

  private static final EventType TYPE = EventType.getEventType(MessageDecoded.class);

  private MessageDecoded() {}

  /** Returns an event that begins now, to be described and committed; null if none is recorded. */
  public static MessageDecoded beginOrNull() {
    if (!TYPE.isEnabled()) {
      return null;
    }
    MessageDecoded event = new MessageDecoded();
    event.begin();
    return event;
  }
}
