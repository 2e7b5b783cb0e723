package io.pascaline.actors.party;

import io.pascaline.actors.ServiceStatistics.PartyTraffic;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.PayloadKind;
import io.pascaline.transport.link.Role;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ToLongFunction;

/** What one party counts. Written by its actors, read from any thread. */
public final class PartyCounters {
  private final List<Link> links = new CopyOnWriteArrayList<>();
  private final LongAdder inferences = new LongAdder();
  private final LongAdder openings = new LongAdder();
  private final LongAdder ignored = new LongAdder();

  void linkOpened(final Link link) {
    links.add(link);
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
        sum(Role.PARTY, link -> link.counters().sentPayloadBytes(PayloadKind.MASKED_TENSOR)),
        sum(Role.PARTY, link -> link.counters().receivedPayloadBytes(PayloadKind.MASKED_TENSOR)),
        sum(Role.DEALER, link -> link.counters().receivedPayloadBytes(PayloadKind.CORRECTION)),
        sum(Role.PARTY, link -> link.counters().sentPayloadBytes(PayloadKind.SETUP)),
        sum(Role.CLIENT, link -> link.counters().receivedPayloadBytes(PayloadKind.INPUT_SHARE)),
        sum(Role.CLIENT, link -> link.counters().sentPayloadBytes(PayloadKind.OUTPUT_SHARE)),
        sum(Role.PARTY, link -> link.counters().sentFramingBytes()),
        sum(Role.PARTY, link -> link.counters().receivedFramingBytes()));
  }

  private long sum(final Role role, final ToLongFunction<Link> count) {
    long sum = 0;
    for (final Link link : links) {
      if (link.peerHello().role() == role) {
        sum += count.applyAsLong(link);
      }
    }
    return sum;
  }
}
