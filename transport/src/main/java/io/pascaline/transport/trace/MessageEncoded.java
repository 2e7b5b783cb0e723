// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.trace;

import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** From the first frame of a message until its last one was in the carrier's log. */
@Name(MessageEncoded.NAME)
@Label("Message encoded")
public final class MessageEncoded extends MessageEvent {
  /** The event's name in recordings. */
  public static final String NAME = "io.pascaline.MessageEncoded";

  private static final EventType TYPE = EventType.getEventType(MessageEncoded.class);

  private MessageEncoded() {}

  /** Returns an event that begins now, to be described and committed; null if none is recorded. */
  public static MessageEncoded beginOrNull() {
    if (!TYPE.isEnabled()) {
      return null;
    }
    MessageEncoded event = new MessageEncoded();
    event.begin();
    return event;
  }
}
