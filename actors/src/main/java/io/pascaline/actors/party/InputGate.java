// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.link.InboundFilter;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/**
 * Bounds what clients put into a party's mailbox, which has no bound of its own. The thread that
 * brings an input refuses it if too many inputs wait already, of all clients or of this one, so
 * that memory stays bounded however fast clients send; each image of an input counts, up to those
 * that a session may have: what is longer passes to be refused for its length. {@link
 * #ABORTS_PER_INPUT} times as many cancellations may wait as well; the gate drops more, and the
 * sessions that they would have ended end at their deadlines. Thread-safe.
 */
public final class InputGate implements InboundFilter {
  /** Cancellations are small, and one that is lost costs a slot until its deadline. */
  static final int ABORTS_PER_INPUT = 16;

  private final int imageWords;
  private final int maxBatch;
  private final int maxWaiting;
  private final IntSupplier maxWaitingOfOne;
  private final long retryAfterMs;
  private final PartyCounters counters;
  private final Lane inputs = new Lane(1);
  private final Lane aborts = new Lane(ABORTS_PER_INPUT);

  /**
   * Makes a gate.
   *
   * @param imageWords words of an input's share of one image
   * @param maxBatch images that a session may have, at least 1
   * @param maxWaiting images, and {@link #ABORTS_PER_INPUT} times as many cancellations, let
   *     through and not yet looked at, at least 1
   * @param maxWaitingOfOne how many of these may be of one client at present, at least 1
   * @param retryAfterMs what a refused client is told
   * @param counters counts what is refused and dropped
   */
  public InputGate(
      int imageWords,
      int maxBatch,
      int maxWaiting,
      IntSupplier maxWaitingOfOne,
      long retryAfterMs,
      PartyCounters counters) {
    this.imageWords = imageWords;
    this.maxBatch = maxBatch;
    this.maxWaiting = maxWaiting;
    this.maxWaitingOfOne = maxWaitingOfOne;
    this.retryAfterMs = retryAfterMs;
    this.counters = counters;
  }

  /** Messages of one kind that wait in the mailbox, in all and by client. */
  private final class Lane {
    private final AtomicInteger waiting = new AtomicInteger();
    private final Map<ClientKey, Integer> byClient = new ConcurrentHashMap<>();
    private final int factor;

    Lane(int factor) {
      this.factor = factor;
    }

    boolean enter(ClientKey client, int weight) {
      if (waiting.addAndGet(weight) <= (long) factor * maxWaiting) {
        long maxOfOne = (long) factor * maxWaitingOfOne.getAsInt();
        if (byClient.merge(client, weight, Integer::sum) <= maxOfOne) {
          return true;
        }
        left(client, weight);
      }
      waiting.addAndGet(-weight);
      return false;
    }

    void leave(ClientKey client, int weight) {
      if (left(client, weight)) {
        waiting.addAndGet(-weight);
      }
    }

    /** Returns whether there was so much of that client. */
    private boolean left(ClientKey client, int weight) {
      boolean[] was = new boolean[1];
      byClient.computeIfPresent(
          client,
          (key, count) -> {
            was[0] = count >= weight;
            return count <= weight ? null : Integer.valueOf(count - weight);
          });
      return was[0];
    }
  }

  /**
   * Returns whether a message may enter the mailbox. An input that may not is answered with a
   * refusal; any other message that may not is dropped and counted.
   */
  @Override
  public boolean handOver(Link link, LinkMessage message) {
    if (link.peerHello().role() != Role.CLIENT) {
      return true;
    }
    if (message instanceof LinkMessage.InputShare share) {
      return inputs.enter(ClientKey.of(link), weight(share)) || refuse(link, share);
    }
    if (message instanceof LinkMessage.RequestAbort && aborts.enter(ClientKey.of(link), 1)) {
      return true;
    }
    // No client says anything else; what may be large does not wait to be thrown away.
    counters.messageIgnored();
    return false;
  }

  /** Images, an incomplete one included; what is no input at all counts as one. */
  private int weight(LinkMessage.InputShare share) {
    int images =
        share.words().length / imageWords + (share.words().length % imageWords > 0 ? 1 : 0);
    return Math.max(1, Math.min(maxBatch, images));
  }

  private boolean refuse(Link link, LinkMessage.InputShare share) {
    counters.refused(AbortReason.OVERLOADED);
    link.send(
        LinkMessage.RequestAbort.ofRequest(
            share.request(),
            AbortReason.OVERLOADED,
            "more requests than can be looked at: try again later",
            retryAfterMs));
    return false;
  }

  /** A client's message that was let through has been taken out of the mailbox. */
  void taken(Link link, LinkMessage message) {
    if (message instanceof LinkMessage.InputShare share) {
      inputs.leave(ClientKey.of(link), weight(share));
    } else if (message instanceof LinkMessage.RequestAbort) {
      aborts.leave(ClientKey.of(link), 1);
    }
  }
}
