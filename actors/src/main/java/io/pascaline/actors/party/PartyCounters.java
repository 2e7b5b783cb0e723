package io.pascaline.actors.party;

import io.pascaline.actors.ServiceStatistics.PartyTraffic;
import io.pascaline.actors.link.LinkTotals;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.concurrent.atomic.LongAdder;

/** What one party counts. Written by its actors, read from any thread. */
public final class PartyCounters {
  private final LinkTotals links = new LinkTotals();
  private final LongAdder inferences = new LongAdder();
  private final LongAdder openings = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  void linkOpened(final Link link) {
    links.opened(link);
  }

  void linkClosed(final Link link) {
    links.closed(link);
  }

  void inferenceFinished() {
    inferences.increment();
  }

  /** Masked tensors of inferences that were handed to the peer's link. */
  LongAdder openings() {
    return openings;
  }

  void messageIgnored() {
    ignored.increment();
  }

  /** Messages that came for sessions or epochs which were over, or from the wrong role. */
  public long ignoredMessages() {
    return ignored.sum();
  }

  /** A snapshot of the traffic; of running links it may lag by what is in flight. */
  public PartyTraffic traffic(final int partyId) {
    return new PartyTraffic(
        partyId,
        inferences.sum(),
        openings.sum(),
        links.sentPayloadBytes(Role.PARTY, PayloadKind.MASKED_TENSOR),
        links.receivedPayloadBytes(Role.PARTY, PayloadKind.MASKED_TENSOR),
        links.receivedPayloadBytes(Role.DEALER, PayloadKind.CORRECTION),
        links.sentPayloadBytes(Role.PARTY, PayloadKind.SETUP),
        links.receivedPayloadBytes(Role.CLIENT, PayloadKind.INPUT_SHARE),
        links.sentPayloadBytes(Role.CLIENT, PayloadKind.OUTPUT_SHARE),
        links.sentFramingBytes(Role.PARTY),
        links.receivedFramingBytes(Role.PARTY));
  }
}
