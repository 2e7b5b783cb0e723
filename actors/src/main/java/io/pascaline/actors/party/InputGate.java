package io.pascaline.actors.party;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiPredicate;

/**
 * Stands before a party's mailbox, which has no bound of its own: inputs beyond a number that wait
 * in it are refused on the spot, by the thread that brings them, so that memory stays bounded
 * however fast clients send. Thread-safe.
 */
public final class InputGate implements BiPredicate<Link, LinkMessage> {
  private final int maxWaiting;
  private final long retryAfterMs;
  private final PartyCounters counters;
  private final AtomicInteger waiting = new AtomicInteger();

  /**
   * Makes a gate.
   *
   * @param maxWaiting inputs let through and not yet looked at, at least 1
   * @param retryAfterMs what a refused client is told
   * @param counters counts what is refused
   */
  public InputGate(final int maxWaiting, final long retryAfterMs, final PartyCounters counters) {
    this.maxWaiting = maxWaiting;
    this.retryAfterMs = retryAfterMs;
    this.counters = counters;
  }

  /** Whether a message may enter the mailbox; one that may not has been answered. */
  @Override
  public boolean test(final Link link, final LinkMessage message) {
    if (link.peerHello().role() != Role.CLIENT || message instanceof LinkMessage.SessionAbort) {
      return true;
    }
    if (!(message instanceof LinkMessage.InputShare share)) {
      // No client says it; what may be large does not wait to be thrown away.
      counters.messageIgnored();
      return false;
    }
    if (waiting.incrementAndGet() <= maxWaiting) {
      return true;
    }
    waiting.decrementAndGet();
    counters.refused(AbortReason.OVERLOADED);
    link.send(
        new LinkMessage.SessionAbort(
            0,
            Party.NO_NUMBER,
            share.requestHigh(),
            share.requestLow(),
            AbortReason.OVERLOADED,
            "more requests than can be looked at: try again later",
            retryAfterMs));
    return false;
  }

  /** An input that was let through has been taken out of the mailbox. */
  void taken() {
    waiting.updateAndGet(count -> Math.max(0, count - 1));
  }
}
