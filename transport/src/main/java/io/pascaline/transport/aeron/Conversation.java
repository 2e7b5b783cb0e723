// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.Exporter;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.Objects;

/**
 * One conversation with one incarnation of a peer, carried by one {@link AeronCarrier} after
 * another: what the peer has not acknowledged when a carrier is lost goes over the next. The
 * methods of {@link Link} may be called from any thread, all others from the node's agent only.
 */
final class Conversation implements Link {
  /** Acknowledged together, unless they take longer to come than {@link #ACKNOWLEDGE_WITHIN_NS}. */
  private static final int ACKNOWLEDGE_MESSAGES = 32;

  private static final long ACKNOWLEDGE_BYTES = 64 << 10;
  private static final long ACKNOWLEDGE_WITHIN_NS = 10_000_000L;

  private final NodeAgent node;
  private final TransportContext context;
  private final long conversation;
  private final boolean dialled;
  private final LinkAddress peerAddress;
  private final PinnedPeers.Peer identity;
  private final LinkMessage.Hello peerHello;
  private final Exporter exporter;
  private final Outbox outbox;
  private volatile AccumulatedCounters counters = AccumulatedCounters.NONE;
  private volatile boolean closeRequested;
  private volatile boolean ended;
  private boolean opened;
  private AeronCarrier carrier;
  private FrameDecoder decoder;
  private long received;
  private long acknowledged;
  private long unacknowledgedBytes;
  private long unacknowledgedSinceNs;
  private String lossReason;
  private long lossDeadlineNs;

  Conversation(
      NodeAgent node,
      TransportContext context,
      long conversation,
      boolean dialled,
      LinkAddress peerAddress,
      PinnedPeers.Peer identityOrNull,
      LinkMessage.Hello peerHello,
      Exporter exporter) {
    this.node = node;
    this.context = context;
    this.conversation = conversation;
    this.dialled = dialled;
    this.peerAddress = peerAddress;
    this.identity = identityOrNull;
    this.peerHello = peerHello;
    this.exporter = exporter;
    this.outbox = new Outbox(context.maxQueuedBytes(peerHello.role()));
  }

  @Override
  public String peerName() {
    return peerHello.name();
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return peerHello;
  }

  @Override
  public String peerIdentity() {
    return identity == null ? null : identity.identity().toString();
  }

  @Override
  public byte[] exportSecret(String label) {
    return exporter.export(label);
  }

  @Override
  public boolean dialled() {
    return dialled;
  }

  @Override
  public boolean send(LinkMessage message) {
    if (message.payloadBytes() > (long) Integer.BYTES * context.maxMessageWords()) {
      throw new IllegalArgumentException(
          message + " is larger than maxMessageWords " + context.maxMessageWords());
    }
    if (message.kind() == LinkMessage.Kind.HELLO) {
      throw new IllegalArgumentException("hellos are sent by the transport alone");
    }
    boolean taken = isOpen() && outbox.offer(message);
    if (taken) {
      node.wake();
    }
    return taken;
  }

  @Override
  public long queuedBytes() {
    return outbox.bytes();
  }

  @Override
  public boolean isOpen() {
    return !ended && !closeRequested;
  }

  @Override
  public LinkCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    closeRequested = true;
    node.wake();
  }

  @Override
  public String toString() {
    return "Link[" + peerName() + ", " + (ended ? "CLOSED" : "OPEN") + "]";
  }

  Outbox outbox() {
    return outbox;
  }

  boolean isCloseRequested() {
    return closeRequested;
  }

  boolean hasOpened() {
    return opened;
  }

  boolean hasEnded() {
    return ended;
  }

  boolean isSuspended() {
    return !ended && carrier == null;
  }

  /** Words of memory that an unfinished tensor of a lost carrier takes. */
  int heldWords() {
    return carrier == null && decoder != null ? decoder.heldWords() : 0;
  }

  /** Returns what it takes, and keeps while it waits for a carrier. */
  LinkSlots.Place place() {
    return new LinkSlots.Place(identity, peerHello.role(), peerAddress);
  }

  /** Returns whether another is of the same identity; where links are plain, of the same role. */
  boolean isOfPeerOf(Conversation other) {
    return Objects.equals(identity, other.identity)
        && (identity != null || peerHello.role() == other.peerHello.role());
  }

  private boolean isConversation(long id, LinkMessage.Hello hello) {
    return conversation == id && peerHello.nodeId() == hello.nodeId();
  }

  /**
   * Returns whether it is the conversation that a peer which dialled goes on with: the same
   * incarnation of the same identity, that knows its id and is answered at the same address.
   */
  boolean isResumedBy(
      long id, LinkAddress address, LinkMessage.Hello hello, PinnedPeers.Peer peerOrNull) {
    return !ended
        && !dialled
        && !closeRequested
        && isConversation(id, hello)
        && peerAddress.equals(address)
        && Objects.equals(identity, peerOrNull);
  }

  /**
   * Returns whether a new conversation that a peer dialled from that address takes this one's
   * place.
   */
  boolean isReplacedBy(LinkAddress address, PinnedPeers.Peer peerOrNull) {
    return !ended
        && !dialled
        && peerAddress.equals(address)
        && (identity == null || identity.equals(peerOrNull));
  }

  /** Returns what the next carrier's hello says. */
  Resumption resumption() {
    return decoder == null
        ? new Resumption(conversation, received, 0, 0)
        : decoder.resumption(conversation, received);
  }

  /** Nobody has been told of the link; it ends when its one message is sent. */
  void refuse(AeronCarrier by, LinkMessage.Failure refusal) {
    carrier = by;
    outbox.offer(refusal);
  }

  /** The first carrier is ready. */
  void open(AeronCarrier first, FrameDecoder from) {
    carrier = first;
    decoder = from;
    opened = true;
    node.notifyOpened(this);
  }

  /** Another carrier is ready; the agent has checked that the peer can be sent the rest. */
  void resume(AeronCarrier next, FrameDecoder from, Resumption peers) {
    carrier = next;
    if (decoder != null) {
      from.goOnAfter(decoder);
    }
    decoder = from;
    // The hello that goes with it says all that was received.
    acknowledged = received;
    unacknowledgedBytes = 0;
    node.counters().onResumed(outbox.rewind(peers));
  }

  /** Counts what goes over a carrier on top of what went over those before. */
  void count(LinkCounters current) {
    counters = counters.followedBy(current);
  }

  /** The carrier is lost; the peer may come back over another. */
  void suspend(String reason, long nowNs) {
    carrier = null;
    lossReason = reason;
    lossDeadlineNs = nowNs + context.resumeTimeoutNs();
    node.onSuspended(this);
  }

  /** A carrier takes the place of one that this side still held. */
  void detach(long nowNs) {
    if (carrier != null) {
      AeronCarrier old = carrier;
      suspend("dialled again", nowNs);
      old.discard();
    }
  }

  void onMessage(LinkMessage message, long nowNs) {
    if (received == acknowledged) {
      unacknowledgedSinceNs = nowNs;
      unacknowledgedBytes = 0;
    }
    received++;
    unacknowledgedBytes += message.payloadBytes();
    node.notifyMessage(this, message);
  }

  /** The peer says how much it has received. */
  void onAcknowledge(long receivedMessages) throws MalformedFrame {
    if (!outbox.canBeReceived(receivedMessages)) {
      throw new MalformedFrame(
          FrameFault.BAD_ACKNOWLEDGEMENT, receivedMessages + " messages, which cannot be");
    }
    outbox.onAcknowledged(receivedMessages);
  }

  /** Refuses, and ends, if the peer says that it has received what it cannot have. */
  void requireResumable(Resumption peers) throws MalformedFrame {
    if (!ended && !outbox.canResume(peers)) {
      String deed = "a hello with " + peers.receivedMessages() + " messages received";
      abort(peerName() + " said " + deed + ", which cannot be");
      throw new MalformedFrame(FrameFault.BAD_ACKNOWLEDGEMENT, deed);
    }
  }

  /**
   * Returns what this side, which dialled, asked to go on with is either gone on with or has ended.
   *
   * @return whether it is gone on with
   */
  boolean isGoneOnWith(LinkMessage.Hello hello, Resumption answer) throws MalformedFrame {
    if (answer.isNone()) {
      boolean same = peerHello.nodeId() == hello.nodeId();
      end(hello.name() + (same ? " had given the link up" : " was restarted"));
      return false;
    }
    if (!isConversation(answer.conversation(), hello)) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, "it goes on with another conversation");
    }
    requireResumable(answer);
    return true;
  }

  /** Begins an acknowledgement if it is time. */
  boolean beginAcknowledge(FrameEncoder encoder, long nowNs) {
    long count = received - acknowledged;
    if (count == 0
        || count < ACKNOWLEDGE_MESSAGES
            && unacknowledgedBytes < ACKNOWLEDGE_BYTES
            && nowNs - unacknowledgedSinceNs < ACKNOWLEDGE_WITHIN_NS) {
      return false;
    }
    encoder.beginAcknowledge(received);
    acknowledged = received;
    return true;
  }

  /** Without a carrier: waits for the next, until it has waited enough. */
  int doWork(long nowNs) {
    if (carrier != null || ended) {
      return 0;
    }
    if (closeRequested) {
      end("closed by " + context.hello().name());
      return 1;
    }
    if (nowNs - lossDeadlineNs > 0) {
      giveUp("did not come back within " + context.resumeTimeoutNs() / 1_000_000 + " ms");
      return 1;
    }
    return 0;
  }

  /** Waits no longer for the peer. */
  void giveUp(String why) {
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

  /** All is over; the carrier, if any, has been closed. */
  void end(String reason) {
    if (ended) {
      return;
    }
    ended = true;
    carrier = null;
    // Somebody may keep a closed link: it must not keep the tensors that were never sent.
    decoder = null;
    outbox.close();
    node.notifyClosed(this, reason);
  }
}
