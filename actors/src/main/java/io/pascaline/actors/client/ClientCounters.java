package io.pascaline.actors.client;

import io.pascaline.actors.ServiceStatistics.ClientTraffic;
import io.pascaline.actors.link.LinkTotals;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.concurrent.atomic.LongAdder;

/** What a client counts. Written by its actor, read from any thread. */
public final class ClientCounters {
  private final LinkTotals links = new LinkTotals();
  private final LongAdder retries = new LongAdder();

  void linkOpened(final Link link) {
    links.opened(link);
  }

  void linkClosed(final Link link) {
    links.closed(link);
  }

  void triedAgain() {
    retries.increment();
  }

  /** Requests that were refused and asked for again. */
  public long retries() {
    return retries.sum();
  }

  /** A snapshot. */
  public ClientTraffic traffic() {
    return new ClientTraffic(
        links.sentPayloadBytes(Role.PARTY, PayloadKind.INPUT_SHARE),
        links.receivedPayloadBytes(Role.PARTY, PayloadKind.OUTPUT_SHARE));
  }
}
