// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayDeque;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * One conversation's messages from {@link #offer} until the remote has acknowledged them, bounded
 * by their bytes. They are numbered from 0 in the order of sending; those that nobody waits for are
 * sent when there are no others. Many producers; all other methods are the agent's.
 */
public final class Outbox {
  /** What a message costs beside its words, here and on the wire. */
  private static final int MESSAGE_BYTES = 128;

  /** Null when closed: what a late producer still adds goes with the queue that it saw. */
  private volatile ManyToOneConcurrentLinkedQueue<LinkMessage> messages =
      new ManyToOneConcurrentLinkedQueue<>();

  /** What nobody waits for; null when closed, or about to be. */
  private volatile ManyToOneConcurrentLinkedQueue<LinkMessage> behind =
      new ManyToOneConcurrentLinkedQueue<>();

  private final AtomicLong bytes = new AtomicLong();
  private final long maxBytes;
  private final WordArrays arrays;

  /** Sent and not acknowledged: the messages from number {@link #acknowledged} on. */
  private final ArrayDeque<LinkMessage> sent = new ArrayDeque<>();

  /** Sent over a carrier that was lost, and to be sent again; they follow those that are sent. */
  private final ArrayDeque<LinkMessage> unsent = new ArrayDeque<>();

  private long acknowledged;
  private LinkMessage current;
  private int fromWords;
  private int fromChunk;

  /**
   * An empty box.
   *
   * @param maxBytes of the messages that it holds
   * @param arrays takes the arrays of openings and corrections that were acknowledged
   */
  Outbox(long maxBytes, WordArrays arrays) {
    this.maxBytes = maxBytes;
    this.arrays = arrays;
  }

  /** Takes a message unless the bound is reached or the box is closed; an empty box takes any. */
  boolean offer(LinkMessage message) {
    return offer(message, messages);
  }

  /** Takes a message that nobody waits for, as {@link #offer} does. */
  boolean offerBehind(LinkMessage message) {
    return offer(message, behind);
  }

  private boolean offer(LinkMessage message, ManyToOneConcurrentLinkedQueue<LinkMessage> target) {
    if (target == null) {
      return false;
    }
    long cost = cost(message);
    long held;
    do {
      held = bytes.get();
      if (held != 0 && held + cost > maxBytes) {
        return false;
      }
    } while (!bytes.compareAndSet(held, held + cost));
    target.offer(message);
    return true;
  }

  /** Returns the next message to send, which is then in flight until {@link #onSent}; or null. */
  public LinkMessage next() {
    ManyToOneConcurrentLinkedQueue<LinkMessage> source = messages;
    if (source == null) {
      return null;
    }
    current = unsent.isEmpty() ? source.poll() : unsent.poll();
    ManyToOneConcurrentLinkedQueue<LinkMessage> last = behind;
    if (current == null && last != null) {
      current = last.poll();
    }
    return current;
  }

  /** Words of the message in flight that the remote has already. */
  public int fromWords() {
    return fromWords;
  }

  /** Chunks in which the remote has those. */
  public int fromChunk() {
    return fromChunk;
  }

  /** The message in flight, if any, was sent as a whole. */
  public void onSent() {
    if (current != null) {
      sent.add(current);
      current = null;
      fromWords = 0;
      fromChunk = 0;
    }
  }

  /** Returns whether nothing is left to send. */
  public boolean isEmpty() {
    ManyToOneConcurrentLinkedQueue<LinkMessage> source = messages;
    ManyToOneConcurrentLinkedQueue<LinkMessage> last = behind;
    return source == null
        || current == null
            && unsent.isEmpty()
            && source.isEmpty()
            && (last == null || last.isEmpty());
  }

  /** Returns whether the remote can have received that many messages, and at least those before. */
  boolean canBeReceived(long count) {
    return count >= acknowledged && count - acknowledged <= sent.size();
  }

  /** Forgets what the remote has; only for a count that {@link #canBeReceived}. */
  void onAcknowledged(long count) {
    while (acknowledged < count) {
      LinkMessage message = sent.remove();
      bytes.addAndGet(-cost(message));
      recycle(message);
      acknowledged++;
    }
  }

  /**
   * Gives an array back that the message alone refers to. Senders keep those of inputs, to repeat a
   * request, and the openings of weights, which they read again.
   */
  private void recycle(LinkMessage message) {
    if (message instanceof LinkMessage.Correction
        || message instanceof LinkMessage.MaskedTensor opening && opening.number() >= 0) {
      arrays.giveBack(((LinkMessage.Tensor) message).words());
    }
  }

  /** Returns whether a remote that has received this can be sent the rest. */
  boolean canResume(Resumption from) {
    if (!canBeReceived(from.receivedMessages())) {
      return false;
    }
    if (from.receivedWords() == 0) {
      return true;
    }
    return number(from.receivedMessages()) instanceof LinkMessage.Tensor unfinished
        && from.receivedWords() < unfinished.words().length;
  }

  /**
   * Goes back to where the remote is; only if it {@link #canResume}.
   *
   * @return how many messages were sent as a whole and will be sent again
   */
  int rewind(Resumption to) {
    if (current != null) {
      unsent.addFirst(current);
      current = null;
    }
    onAcknowledged(to.receivedMessages());
    int resent = sent.size();
    while (!sent.isEmpty()) {
      unsent.addFirst(sent.removeLast());
    }
    fromWords = to.receivedWords();
    fromChunk = to.receivedChunks();
    return resent;
  }

  /** Drops what nobody waits for and takes no more of that: the link is to close. */
  public void dropBehind() {
    behind = null;
  }

  /** Takes nothing more and drops what it holds. */
  void close() {
    messages = null;
    behind = null;
    current = null;
    sent.clear();
    unsent.clear();
  }

  /** Bytes taken and not acknowledged. */
  long bytes() {
    return messages == null ? 0 : bytes.get();
  }

  /** Returns the message of a number that was sent or begun, or null. */
  private LinkMessage number(long count) {
    long skip = count - acknowledged;
    for (LinkMessage message : sent) {
      if (skip-- == 0) {
        return message;
      }
    }
    return skip != 0 ? null : current != null ? current : unsent.peek();
  }

  private static long cost(LinkMessage message) {
    return MESSAGE_BYTES
        + message.payloadBytes()
        + (long) Character.BYTES * message.detail().length();
  }
}
