// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.Exporter;
import io.pascaline.transport.trace.MessageQueued;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * One conversation with one incarnation of a remote, over one {@link Carrier} after another: what
 * the remote has not acknowledged when a carrier is lost goes over the next. The methods of {@link
 * Link} may be called from any thread, all others from the node's agent only.
 */
public final class Conversation implements Link {
  /** Acknowledged together, unless they take longer to come than {@link #ACKNOWLEDGE_WITHIN_NS}. */
  private static final int ACKNOWLEDGE_MESSAGES = 32;

  private static final long ACKNOWLEDGE_BYTES = 64 << 10;
  private static final long ACKNOWLEDGE_WITHIN_NS = 10_000_000L;

  private enum State {
    /** It has no carrier yet. */
    NEW,
    /** It has a carrier, and its listener knows of it. */
    OPEN,
    /** It has a carrier for one message, and its listener does not know of it. */
    REFUSED,
    /** Its carrier was lost: it waits for another. */
    SUSPENDED,
    ENDED
  }

  private final ConversationSettings settings;
  private final ConversationListener listener;
  private final long id;
  private final boolean initiated;
  private final Remote remote;
  private final Exporter exporter;
  private final Outbox outbox;
  private volatile AccumulatedCounters counters = AccumulatedCounters.NONE;
  private volatile boolean closeRequested;
  private volatile State state = State.NEW;
  private boolean opened;
  private Carrier carrier;
  private FrameDecoder decoder;
  private long received;
  private long acknowledged;
  private long unacknowledgedBytes;
  private long unacknowledgedSinceNs;
  private String lossReason;
  private long lossDeadlineNs;

  /**
   * A conversation without a carrier.
   *
   * @param id its name, which both ends know
   * @param initiated whether this node dialled
   * @param exporter of its first handshake
   */
  public Conversation(
      ConversationSettings settings,
      ConversationListener listener,
      long id,
      boolean initiated,
      Remote remote,
      Exporter exporter) {
    this.settings = settings;
    this.listener = listener;
    this.id = id;
    this.initiated = initiated;
    this.remote = remote;
    this.exporter = exporter;
    this.outbox = new Outbox(settings.maxQueuedBytes(), settings.arrays());
  }

  @Override
  public String peerName() {
    return remote.name();
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return remote.hello();
  }

  @Override
  public String peerIdentity() {
    return remote.identity() == null ? null : remote.identity().identity().toString();
  }

  @Override
  public byte[] exportSecret(String label) {
    return exporter.export(label);
  }

  @Override
  public boolean dialled() {
    return initiated;
  }

  @Override
  public boolean send(LinkMessage message) {
    return send(message, false);
  }

  @Override
  public boolean sendBehind(LinkMessage message) {
    return send(message, true);
  }

  private boolean send(LinkMessage message, boolean isBehind) {
    if (message.payloadBytes() > (long) Integer.BYTES * settings.maxMessageWords()) {
      throw new IllegalArgumentException(
          message + " is larger than maxMessageWords " + settings.maxMessageWords());
    }
    if (message.kind() == LinkMessage.Kind.HELLO) {
      throw new IllegalArgumentException("hellos are sent by the transport alone");
    }
    MessageQueued queued = MessageQueued.beginOrNull();
    boolean taken = isOpen() && (isBehind ? outbox.offerBehind(message) : outbox.offer(message));
    if (taken) {
      if (queued != null) {
        queued.describe(settings.ownName(), peerName(), message);
        queued.commit();
      }
      listener.onRequest();
    }
    return taken;
  }

  @Override
  public void recycle(int[] words) {
    settings.arrays().giveBack(words);
  }

  @Override
  public long queuedBytes() {
    return outbox.bytes();
  }

  @Override
  public boolean isOpen() {
    return state != State.ENDED && !closeRequested;
  }

  @Override
  public LinkCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    closeRequested = true;
    listener.onRequest();
  }

  @Override
  public String toString() {
    return "Conversation[" + peerName() + ", " + state + "]";
  }

  /** Returns what is to be sent and what was not acknowledged. */
  public Outbox outbox() {
    return outbox;
  }

  /** Returns whether {@link #close} was called. */
  public boolean isCloseRequested() {
    return closeRequested;
  }

  /** Returns whether its listener was told that it opened. */
  public boolean hasOpened() {
    return opened;
  }

  /** Returns whether it is over. */
  public boolean hasEnded() {
    return state == State.ENDED;
  }

  /** Returns whether it waits for a carrier. */
  public boolean isSuspended() {
    return state == State.SUSPENDED;
  }

  Remote remote() {
    return remote;
  }

  /** Returns the name of this node. */
  public String ownName() {
    return settings.ownName();
  }

  /** Words of memory that an unfinished tensor of a lost carrier takes. */
  int heldWords() {
    return carrier == null && decoder != null ? decoder.heldWords() : 0;
  }

  private boolean is(long otherId, LinkMessage.Hello hello) {
    return id == otherId && remote.isIncarnationOf(hello);
  }

  /**
   * Returns whether a remote that dialled resumes this conversation: the same incarnation of the
   * same identity, that knows its id and is answered at the same address.
   */
  boolean isResumedBy(long otherId, Remote by) {
    return state != State.ENDED
        && !initiated
        && !closeRequested
        && is(otherId, by.hello())
        && remote.address().equals(by.address())
        && Objects.equals(remote.identity(), by.identity());
  }

  /** Returns whether a new conversation that a remote dialled replaces this one. */
  boolean isReplacedBy(Remote by) {
    return state != State.ENDED
        && !initiated
        && remote.address().equals(by.address())
        && (remote.identity() == null || remote.identity().equals(by.identity()));
  }

  /** Returns what the next carrier's hello says. */
  public Resumption resumption() {
    return decoder == null ? new Resumption(id, received, 0, 0) : decoder.resumption(id, received);
  }

  /** Sends one message over a carrier and ends; nobody is told of the link but that it closed. */
  public void refuse(Carrier by, LinkMessage.Failure refusal) {
    carrier = by;
    state = State.REFUSED;
    outbox.offer(refusal);
  }

  /** Takes its first carrier. */
  public void open(Carrier first, FrameDecoder from) {
    carrier = first;
    decoder = from;
    opened = true;
    state = State.OPEN;
    listener.onOpened(this);
  }

  /**
   * Takes another carrier.
   *
   * @param theirs what the remote has received, which was found possible
   */
  public void resume(Carrier next, FrameDecoder from, Resumption theirs) {
    carrier = next;
    if (decoder != null) {
      from.resumeAfter(decoder);
    }
    decoder = from;
    state = State.OPEN;
    // The hello that goes with it says all that was received.
    acknowledged = received;
    unacknowledgedBytes = 0;
    listener.onResumed(this, outbox.rewind(theirs));
  }

  /** Counts what goes over a carrier on top of what went over those before. */
  public void count(LinkCounters current) {
    counters = counters.followedBy(current);
  }

  /** Loses its carrier; the remote may come back over another. */
  void suspend(String reason, long nowNs) {
    carrier = null;
    state = State.SUSPENDED;
    lossReason = reason;
    lossDeadlineNs = nowNs + settings.resumeTimeoutNs();
    listener.onSuspended(this);
  }

  /** Returns its carrier; null while it has none. */
  Carrier carrier() {
    return carrier;
  }

  /** Takes a message of the remote. */
  public void onMessage(LinkMessage message, long nowNs) {
    if (received == acknowledged) {
      unacknowledgedSinceNs = nowNs;
      unacknowledgedBytes = 0;
    }
    received++;
    unacknowledgedBytes += message.payloadBytes();
    listener.onMessage(this, message);
  }

  /** Takes what the remote says it has received. */
  public void onAcknowledge(long receivedMessages) throws MalformedFrame {
    if (!outbox.canBeReceived(receivedMessages)) {
      throw new MalformedFrame(
          FrameFault.BAD_ACKNOWLEDGEMENT, receivedMessages + " messages, which cannot be");
    }
    outbox.onAcknowledged(receivedMessages);
  }

  /** Ends, and refuses the remote, if that says that it has received what it cannot have. */
  void requireResumable(Resumption theirs) throws MalformedFrame {
    if (state != State.ENDED && !outbox.canResume(theirs)) {
      String deed = "a hello with " + theirs.receivedMessages() + " messages received";
      abort(peerName() + " said " + deed + ", which cannot be");
      throw new MalformedFrame(FrameFault.BAD_ACKNOWLEDGEMENT, deed);
    }
  }

  /**
   * Takes the answer to this node, which dialled and asked to resume: the conversation is resumed
   * or has ended.
   *
   * @return whether it is resumed
   */
  public boolean onAnswer(LinkMessage.Hello hello, Resumption answer) throws MalformedFrame {
    if (answer.isNone()) {
      boolean same = remote.isIncarnationOf(hello);
      end(hello.name() + (same ? " had closed the link" : " was restarted"));
      return false;
    }
    if (!is(answer.conversation(), hello)) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, "it resumes another conversation");
    }
    requireResumable(answer);
    return true;
  }

  /** Returns whether the remote is to be told what was received. */
  public boolean isAcknowledgeDue(long nowNs) {
    long count = received - acknowledged;
    return count != 0
        && (count >= ACKNOWLEDGE_MESSAGES
            || unacknowledgedBytes >= ACKNOWLEDGE_BYTES
            || nowNs - unacknowledgedSinceNs >= ACKNOWLEDGE_WITHIN_NS);
  }

  /** Returns how many messages were received, which the remote is told now. */
  public long acknowledge() {
    acknowledged = received;
    return received;
  }

  /** Waits for a carrier, until it has waited enough. */
  int doWork(long nowNs) {
    if (state != State.SUSPENDED) {
      return 0;
    }
    if (closeRequested) {
      end("closed by " + settings.ownName());
      return 1;
    }
    if (nowNs - lossDeadlineNs > 0) {
      timeOut(
          "did not come back within "
              + TimeUnit.NANOSECONDS.toMillis(settings.resumeTimeoutNs())
              + " ms");
      return 1;
    }
    return 0;
  }

  /** Waits no longer for the remote. */
  void timeOut(String why) {
    end(lossReason + ", and " + why);
  }

  /** Says goodbye where that is possible, and ends. */
  void abort(String reason) {
    if (carrier != null) {
      carrier.abort(reason);
    } else {
      end(reason);
    }
  }

  /** Ends; its carrier, if any, has been closed. */
  public void end(String reason) {
    if (state == State.ENDED) {
      return;
    }
    state = State.ENDED;
    carrier = null;
    // Somebody may keep a closed link: it must not keep the tensors that were never sent.
    decoder = null;
    outbox.close();
    listener.onClosed(this, reason);
  }
}
