package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.Tensors;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * Messages that wait for the agent, bounded by their bytes, until it is closed. Many producers, one
 * consumer.
 */
final class OutboundQueue {
  /** What a message costs beside its words, here and on the wire. */
  private static final int MESSAGE_BYTES = 128;

  /** Null when closed: what a late producer still adds goes with the queue that it saw. */
  private volatile ManyToOneConcurrentLinkedQueue<LinkMessage> messages =
      new ManyToOneConcurrentLinkedQueue<>();

  private final AtomicLong bytes = new AtomicLong();
  private final long maxBytes;

  OutboundQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a message unless the bound is reached or all is over; an empty queue takes any. */
  boolean offer(LinkMessage message) {
    final ManyToOneConcurrentLinkedQueue<LinkMessage> target = messages;
    if (target == null) {
      return false;
    }
    final long cost = cost(message);
    long queued;
    do {
      queued = bytes.get();
      if (queued != 0 && queued + cost > maxBytes) {
        return false;
      }
    } while (!bytes.compareAndSet(queued, queued + cost));
    target.offer(message);
    return true;
  }

  /** The next message; its bytes count until {@link #onSent}. */
  LinkMessage poll() {
    final ManyToOneConcurrentLinkedQueue<LinkMessage> source = messages;
    return source == null ? null : source.poll();
  }

  void onSent(LinkMessage message) {
    bytes.addAndGet(-cost(message));
  }

  boolean isEmpty() {
    final ManyToOneConcurrentLinkedQueue<LinkMessage> source = messages;
    return source == null || source.isEmpty();
  }

  /** Takes nothing more and lets go of what it holds. */
  void close() {
    messages = null;
  }

  long bytes() {
    return messages == null ? 0 : bytes.get();
  }

  private static long cost(LinkMessage message) {
    final int[] words = Tensors.words(message);
    return MESSAGE_BYTES + (words == null ? 0 : (long) Integer.BYTES * words.length);
  }
}
