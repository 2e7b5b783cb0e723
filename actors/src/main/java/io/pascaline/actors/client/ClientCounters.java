package io.pascaline.actors.client;

import io.pascaline.actors.ServiceStatistics.ClientTraffic;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.PayloadKind;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a client counts. Written by its actor, read from any thread. */
public final class ClientCounters {
  private final List<Link> links = new CopyOnWriteArrayList<>();

  void linkOpened(final Link link) {
    links.add(link);
  }

  /** A snapshot. */
  public ClientTraffic traffic() {
    long sent = 0;
    long received = 0;
    for (final Link link : links) {
      sent += link.counters().sentPayloadBytes(PayloadKind.INPUT_SHARE);
      received += link.counters().receivedPayloadBytes(PayloadKind.OUTPUT_SHARE);
    }
    return new ClientTraffic(sent, received);
  }
}
