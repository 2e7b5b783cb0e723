// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.util.ArrayDeque;
import java.util.Queue;
import org.agrona.collections.Long2ObjectHashMap;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * What comes in on the streams at a port, by what is known of them: the first {@link
 * #UNPROVEN_BYTES} until a node says whose a stream is, then everything, and nothing once it
 * refused the stream. A gate is open until a node of this process closes it: nobody else would say.
 * A stream's log takes memory where it is written, a page for each frame wherever that lies, and
 * half of a term is open to be written; so this bounds what a stranger's stream costs. Nodes decide
 * from their threads; all else is the receiver's.
 */
public final class StreamGate {
  /** A handshake and a hello take a tenth. */
  static final int UNPROVEN_BYTES = 64 << 10;

  /** More than can have images; of more, the oldest that is not proven is forgotten. */
  static final int MAX_STREAMS = 4_096;

  private enum Standing {
    UNPROVEN,
    PROVEN,
    REFUSED
  }

  private record Change(long stream, Standing standingOrNull) {}

  private static final class Stream {
    private Standing standing = Standing.UNPROVEN;
    private boolean proven;
    private boolean ended;
    private final int termId;
    private final int termOffset;
    private final int termBytes;

    Stream(int termId, int termOffset, int termBytes) {
      this.termId = termId;
      this.termOffset = termOffset;
      this.termBytes = termBytes;
    }

    boolean isEarly(int id, int offset, int length) {
      long position = (long) (id - termId) * termBytes + offset - termOffset;
      return position >= 0 && position + length <= UNPROVEN_BYTES;
    }
  }

  private final ManyToOneConcurrentLinkedQueue<Change> changes =
      new ManyToOneConcurrentLinkedQueue<>();
  private final Long2ObjectHashMap<Stream> streams = new Long2ObjectHashMap<>();
  private final Queue<Long> oldest = new ArrayDeque<>();
  private volatile boolean open = true;

  /** From now on somebody says whose streams are. */
  public void close() {
    open = false;
  }

  /** It is known whose the stream is. */
  public void prove(int streamId, int sessionId) {
    changes.offer(new Change(key(streamId, sessionId), Standing.PROVEN));
  }

  /** Nobody reads the stream any more: without its datagrams its image ends. */
  public void refuse(int streamId, int sessionId) {
    changes.offer(new Change(key(streamId, sessionId), Standing.REFUSED));
  }

  /** The stream's image has ended. */
  public void forget(int streamId, int sessionId) {
    changes.offer(new Change(key(streamId, sessionId), null));
  }

  /** Returns whether a setup may pass to the driver, as far as its stream is known. */
  boolean takesSetup(int streamId, int sessionId) {
    applyChanges();
    Stream stream = streams.get(key(streamId, sessionId));
    return stream == null || stream.standing != Standing.REFUSED;
  }

  /** Notes where a stream begins, unless it has begun. */
  void begin(int streamId, int sessionId, int termId, int termOffset, int termBytes) {
    long key = key(streamId, sessionId);
    if (streams.containsKey(key)) {
      return;
    }
    if (oldest.size() >= MAX_STREAMS) {
      forgetOldest();
    }
    streams.put(key, new Stream(termId, termOffset, termBytes));
    oldest.add(key);
  }

  private void forgetOldest() {
    for (int i = oldest.size(); i > 0; i--) {
      Long key = oldest.remove();
      Stream stream = streams.get(key.longValue());
      if (stream == null || stream.standing != Standing.PROVEN) {
        streams.remove(key.longValue());
        return;
      }
      oldest.add(key);
    }
  }

  /**
   * Returns whether a datagram that takes that many bytes of the log may pass. Allocates nothing.
   */
  boolean takes(int streamId, int sessionId, int termId, int termOffset, int length) {
    applyChanges();
    if (open) {
      return true;
    }
    Stream stream = streams.get(key(streamId, sessionId));
    if (stream == null || stream.standing == Standing.REFUSED) {
      return false;
    }
    return stream.standing == Standing.PROVEN || stream.isEarly(termId, termOffset, length);
  }

  /**
   * Returns whether the sender's word that it ended a stream may pass: once where nobody reads the
   * stream any more, so that its image can end and its sender need not wait; repeated, it would
   * keep the image. Not from strangers, whose images would make room for others before their memory
   * is free.
   */
  boolean takesEnd(int streamId, int sessionId) {
    applyChanges();
    if (open) {
      return true;
    }
    Stream stream = streams.get(key(streamId, sessionId));
    if (stream == null || !stream.proven) {
      return false;
    }
    boolean first = !stream.ended;
    stream.ended = stream.standing == Standing.REFUSED;
    return first;
  }

  /**
   * Returns whether a stream was somebody's and is not read any more: what still comes is no
   * attack.
   */
  boolean isOver(int streamId, int sessionId) {
    Stream stream = streams.get(key(streamId, sessionId));
    return stream != null && stream.proven && stream.standing == Standing.REFUSED;
  }

  private void applyChanges() {
    for (Change next = changes.poll(); next != null; next = changes.poll()) {
      Stream stream = streams.get(next.stream());
      if (next.standingOrNull() == null) {
        streams.remove(next.stream());
        oldest.remove(next.stream());
      } else if (stream != null && stream.standing != Standing.REFUSED) {
        stream.standing = next.standingOrNull();
        stream.proven |= stream.standing == Standing.PROVEN;
      }
    }
  }

  private static long key(int streamId, int sessionId) {
    return (long) streamId << 32 | sessionId & 0xFFFF_FFFFL;
  }
}
