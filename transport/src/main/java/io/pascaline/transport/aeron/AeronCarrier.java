// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.exceptions.AeronException;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.PairedCounters;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.conversation.Carrier;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.LinkSlots;
import io.pascaline.transport.conversation.Remote;
import io.pascaline.transport.driver.AeronFaults;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.concurrent.TimeUnit;

/**
 * What carries a {@link Conversation}: a publication to a remote and the image that came back, from
 * the first attempt to the end. Its {@link CarrierOpening} finds out who the remote is; from then
 * on it sends, listens for signs of life, and closes. Belongs to the node's agent.
 */
final class AeronCarrier implements Carrier, StreamOwner {
  private enum State {
    /** Nothing can be sent yet: see {@link CarrierOpening.State}. */
    OPENING,
    OPEN,
    /** Sends what is queued, then says goodbye. */
    CLOSING,
    CLOSED
  }

  private final CarrierHost host;
  private final TransportContext context;
  private final CarrierOpening opening;
  private final OutboundStream outbound;
  private State state = State.OPENING;
  private Conversation conversation;
  private InboundStream inbound;
  private CarrierSender sender;
  private String closeReason;
  private long lingerDeadlineNs;
  private long lastReceivedNs;

  /** A carrier that is not connected. */
  AeronCarrier(
      CarrierHost host,
      TransportContext context,
      CarrierOpening.Target target,
      OutboundStream outbound,
      long nowNs) {
    this.host = host;
    this.context = context;
    this.opening = new CarrierOpening(host, context, target, outbound, nowNs);
    this.outbound = outbound;
  }

  String remoteName() {
    return opening.remoteName();
  }

  /** Returns the conversation that it carries or has carried; null before it opened. */
  Conversation conversation() {
    return conversation;
  }

  @Override
  public String toString() {
    return "Carrier["
        + remoteName()
        + ", "
        + (state == State.OPENING ? opening.state() : state)
        + "]";
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Returns whether the last frame of a closed carrier has left this machine. */
  boolean hasLeft() {
    return outbound.hasLeft();
  }

  boolean hasOpened() {
    return conversation != null && conversation.hasOpened();
  }

  boolean isRefused() {
    return opening.refusalOrNull() != null;
  }

  boolean awaitsAnswer(long dialId) {
    return opening.awaitsAnswer(dialId);
  }

  boolean awaitsKeys(long dialId) {
    return inbound == null && opening.awaitsKeys(dialId);
  }

  /** Returns whether a remote that dialled from there has said hello and was not answered. */
  boolean isAnsweringTo(Remote other) {
    return opening.isAnsweringTo(other);
  }

  /** Returns whether that identity has dialled and not yet said hello. */
  boolean isHalfOpenTo(PinnedPeers.Peer identity) {
    return opening.isHalfOpenTo(identity);
  }

  /** Returns what it takes, whatever its state, if a remote dialled it; null otherwise. */
  LinkSlots.Slot slotOrNull() {
    return opening.slotOrNull();
  }

  /** Takes a message of the handshake; a stream becomes the carrier's when it is valid. */
  @Override
  public void onHandshake(InboundStream stream, HandshakeMessage message, long nowNs)
      throws MalformedFrame {
    opening.onHandshake(message, nowNs);
    bind(stream);
    opening.beginSecured(stream);
  }

  /** Takes a stream as the remote's. */
  void bind(InboundStream stream) {
    inbound = stream;
    stream.bind(this);
  }

  /** Takes the hello of a stream that is the carrier's already, because the keys say so. */
  @Override
  public void onHello(
      InboundStream stream, LinkMessage.Hello hello, HelloOpening theirOpening, long nowNs)
      throws MalformedFrame {
    opening.requireOfKeys(hello, theirOpening);
    takeHello(inbound, hello, theirOpening.resumption(), nowNs);
  }

  /** Takes the remote's stream and hello; the node has checked that this one waits for them. */
  void takeHello(InboundStream stream, LinkMessage.Hello hello, Resumption resumption, long nowNs)
      throws MalformedFrame {
    bind(stream);
    opening.onHello(hello, resumption, nowNs);
    lastReceivedNs = nowNs;
    takeOpening(nowNs);
  }

  @Override
  public void onReceived(long nowNs) {
    lastReceivedNs = nowNs;
  }

  @Override
  public void onGoodbye(String reason) {
    finish(remoteName() + " closed the link: " + reason);
  }

  @Override
  public void onLost(long nowNs) {
    lose("the link to " + remoteName() + " was lost", nowNs);
  }

  @Override
  public void onRefused(String deed) {
    abort(remoteName() + " " + deed);
  }

  @Override
  public void onForged(String deed, long nowNs) {
    lose("the link to " + remoteName() + " was broken: somebody " + deed, nowNs);
  }

  /** Closes the carrier, but not what it carries, and says nothing more over it. */
  void lose(String reason, long nowNs) {
    if (state == State.OPEN && context.resumeTimeoutNs() > 0) {
      closeReason = reason;
      discard();
      host.suspend(conversation, reason, nowNs);
    } else {
      finish(reason);
    }
  }

  @Override
  public void discard() {
    if (inbound != null) {
      inbound.release();
    }
    closeStreams();
  }

  @Override
  public void abort(String reason) {
    if (state == State.CLOSED) {
      return;
    }
    if (opening.hasSentHello()) {
      FrameEncoder encoder = outbound.encoder();
      encoder.drop();
      encoder.beginGoodbye(reason);
      outbound.offerNext();
    }
    finish(reason);
  }

  /** Sends what somebody waits for within the linger time and then closes. */
  void closeGently(String reason, long nowNs) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      closeReason = reason;
      lingerDeadlineNs = nowNs + context.lingerNs();
      conversation.outbox().dropBehind();
    } else if (state != State.CLOSING) {
      abort(reason);
    }
  }

  int doWork(long nowNs) {
    try {
      if (state == State.OPEN && conversation.isCloseRequested()) {
        closeGently("closed by " + context.hello().name(), nowNs);
      }
      return switch (state) {
        case OPENING -> continueOpening(nowNs);
        case OPEN -> drain(nowNs) + keepAlive(nowNs);
        case CLOSING -> drain(nowNs) + sayGoodbye(nowNs);
        case CLOSED -> 0;
      };
    } catch (AeronException e) {
      lose(AeronFaults.onDial(opening.address(), e).getMessage(), nowNs);
      return 1;
    } catch (RuntimeException e) {
      host.onError(e);
      abort("a fault of this node ended the link to " + remoteName());
      return 1;
    }
  }

  private int continueOpening(long nowNs) {
    int work = opening.doWork(nowNs);
    takeOpening(nowNs);
    return work;
  }

  /** Continues from where the opening has come to. */
  private void takeOpening(long nowNs) {
    if (opening.state() == CarrierOpening.State.COMPLETE) {
      open(nowNs);
    } else if (opening.state() == CarrierOpening.State.OVERDUE) {
      String reason = complaint();
      if (opening.canResumeLater()) {
        // No goodbye, which would end the conversation at the remote: the next attempt may resume.
        finish(reason);
      } else {
        abort(reason);
      }
    }
  }

  /** Begins to carry the conversation that both hellos agree on. */
  private void open(long nowNs) {
    lastReceivedNs = nowNs;
    String refusal = opening.refusalOrNull();
    Conversation resumed = refusal == null ? opening.resumingOrNull() : null;
    if (resumed != null && resumed.hasEnded()) {
      abort("closed by " + context.hello().name() + ": the link was not resumed in time");
      return;
    }
    conversation = resumed != null ? resumed : opening.newConversation();
    conversation.count(new PairedCounters(outbound.counters(), inbound.counters()));
    sender =
        new CarrierSender(
            outbound,
            conversation,
            host.neighbour(opening.address()),
            context.heartbeatNs(),
            nowNs);
    state = State.OPEN;
    if (refusal != null) {
      conversation.refuse(this, new LinkMessage.Failure(FailureCode.VERSION_MISMATCH, refusal));
      closeGently(refusal, nowNs);
      return;
    }
    inbound.deliverTo(conversation);
    if (conversation == resumed) {
      conversation.resume(this, inbound.decoder(), opening.theirs());
    } else {
      conversation.open(this, inbound.decoder());
    }
    opening.forgetResumed();
  }

  private int drain(long nowNs) {
    int frames = sender.drain(nowNs);
    if (sender.isGone()) {
      lose(remoteName() + " does not listen any more", nowNs);
    }
    return frames;
  }

  private int keepAlive(long nowNs) {
    if (state != State.OPEN) {
      return 1;
    }
    if (nowNs - lastReceivedNs > context.peerTimeoutNs()) {
      long silentMs = TimeUnit.NANOSECONDS.toMillis(nowNs - lastReceivedNs);
      lose(remoteName() + " has been silent for " + silentMs + " ms", nowNs);
      return 1;
    }
    return sender.keepAlive(nowNs) ? 1 : 0;
  }

  private int sayGoodbye(long nowNs) {
    if (state != State.CLOSING) {
      return 1;
    }
    if (nowNs - lingerDeadlineNs > 0 || sender.isDone()) {
      abort(closeReason);
      return 1;
    }
    return 0;
  }

  private void finish(String reason) {
    if (state == State.CLOSED) {
      return;
    }
    closeReason = reason;
    closeStreams();
    if (inbound != null) {
      inbound.refuse();
    }
    String refusal = opening.refusalOrNull();
    if (conversation == null && refusal != null) {
      conversation = opening.newConversation();
    }
    if (conversation != null) {
      conversation.end(refusal == null ? reason : refusal);
    }
  }

  private void closeStreams() {
    state = State.CLOSED;
    outbound.close();
    opening.end();
  }

  /** Why the link closed, or what it waits for that does not come; null if nothing is amiss. */
  String complaint() {
    String awaited = opening.awaitedOrNull();
    return closeReason != null || awaited == null ? closeReason : remoteName() + " " + awaited;
  }
}
