// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.trace;

import jdk.jfr.EventType;
import jdk.jfr.Label;
import jdk.jfr.Name;

/**
 * An instant: a message was handed to its link. Encoding begins when the node's thread comes to it.
 */
@Name(MessageQueued.NAME)
@Label("Message queued")
public final class MessageQueued extends MessageEvent {
  /** The event's name in recordings. */
  public static final String NAME = "io.pascaline.MessageQueued";

  private static final EventType TYPE = EventType.getEventType(MessageQueued.class);

  private MessageQueued() {}

  /** Returns an event that begins now, to be described and committed; null if none is recorded. */
  public static MessageQueued beginOrNull() {
    if (!TYPE.isEnabled()) {
      return null;
    }
    MessageQueued event = new MessageQueued();
    event.begin();
    return event;
  }
}
