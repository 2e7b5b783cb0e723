package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.Tensors;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/** Messages that wait for the agent, bounded by their bytes. Many producers, one consumer. */
final class OutboundQueue {
  /** What a message costs beside its words, here and on the wire. */
  private static final int MESSAGE_BYTES = 128;

  private final ManyToOneConcurrentLinkedQueue<LinkMessage> messages =
      new ManyToOneConcurrentLinkedQueue<>();
  private final AtomicLong bytes = new AtomicLong();
  private final long maxBytes;

  OutboundQueue(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /** Takes a message unless the bound is reached; an empty queue takes any. */
  boolean offer(LinkMessage message) {
    final long cost = cost(message);
    long queued;
    do {
      queued = bytes.get();
      if (queued != 0 && queued + cost > maxBytes) {
        return false;
      }
    } while (!bytes.compareAndSet(queued, queued + cost));
    messages.offer(message);
    return true;
  }

  /** The next message; its bytes count until {@link #onSent}. */
  LinkMessage poll() {
    return messages.poll();
  }

  void onSent(LinkMessage message) {
    bytes.addAndGet(-cost(message));
  }

  boolean isEmpty() {
    return messages.isEmpty();
  }

  long bytes() {
    return bytes.get();
  }

  private static long cost(LinkMessage message) {
    final int[] words = Tensors.words(message);
    return MESSAGE_BYTES + (words == null ? 0 : (long) Integer.BYTES * words.length);
  }
}
