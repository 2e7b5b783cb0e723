package io.pascaline.actors.party;

import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What the peer sent for an epoch that this party has not entered yet. Holds one epoch's messages,
 * a bounded number of them; a newer epoch displaces the older. Not thread-safe.
 */
final class EarlyMessages {
  private final int capacity;
  private final List<LinkMessage> messages = new ArrayList<>();
  private long epoch;

  EarlyMessages(final int capacity) {
    this.capacity = capacity;
  }

  boolean keep(final long ofEpoch, final LinkMessage message) {
    if (ofEpoch != epoch) {
      messages.clear();
      epoch = ofEpoch;
    }
    return messages.size() < capacity && messages.add(message);
  }

  void replay(final long ofEpoch, final Consumer<LinkMessage> receiver) {
    if (ofEpoch == epoch) {
      final List<LinkMessage> kept = List.copyOf(messages);
      messages.clear();
      kept.forEach(receiver);
    }
  }
}
