// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.exceptions.AeronException;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.PairedCounters;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.conversation.Carrier;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.LinkSlots;
import io.pascaline.transport.conversation.Remote;
import io.pascaline.transport.driver.AeronFaults;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.Exporter;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.PinnedPeers;

/**
 * What carries a {@link Conversation}: a publication to a remote and the image that came back, from
 * the first attempt to the end. Belongs to the node's agent.
 */
final class AeronCarrier implements Carrier, StreamOwner {
  private enum State {
    /** The remote does not listen yet. */
    CONNECTING,
    /** The handshake of the secure channel is in progress. */
    KEYING,
    /** Our hello is due; the responder's after the initiator's. */
    GREETING,
    /** The initiator said hello and waits for the answer. */
    GREETED,
    OPEN,
    /** Sends what is queued, then says goodbye. */
    CLOSING,
    CLOSED
  }

  /** Shortest time for an attempt to resume a conversation. */
  private static final long MIN_ATTEMPT_NS = 250_000_000L;

  private final CarrierHost host;
  private final TransportContext context;
  private final LinkAddress address;
  private final HelloOpening opening;
  private final KeyExchange keys;
  private final OutboundStream outbound;
  private State state = State.CONNECTING;
  private Remote remote;
  private Resumption theirs = Resumption.NONE;
  private Conversation resuming;
  private Conversation conversation;
  private InboundStream inbound;
  private CarrierSender sender;
  private String refusal;
  private String closeReason;
  private String awaited;
  private boolean helloSent;
  private long deadlineNs;
  private long lastReceivedNs;

  /**
   * A carrier that is not connected.
   *
   * @param address where the remote is dialled or answered
   * @param opening this side's part of the hellos
   * @param keysOrNull the handshake; null where links are in plaintext
   * @param resumingOrNull the conversation that an initiator asks to resume
   */
  AeronCarrier(
      CarrierHost host,
      TransportContext context,
      LinkAddress address,
      HelloOpening opening,
      KeyExchange keysOrNull,
      Conversation resumingOrNull,
      OutboundStream outbound,
      long nowNs) {
    this.host = host;
    this.context = context;
    this.address = address;
    this.opening = opening;
    this.keys = keysOrNull;
    this.resuming = resumingOrNull;
    this.outbound = outbound;
    this.deadlineNs = nowNs + handshakeNs();
  }

  /** Returns the time for the handshake; an attempt to resume leaves time for others. */
  private long handshakeNs() {
    long maxNs = context.handshakeTimeoutNs();
    return resuming == null
        ? maxNs
        : Math.min(maxNs, Math.max(MIN_ATTEMPT_NS, context.resumeTimeoutNs() / 3));
  }

  String remoteName() {
    if (remote != null) {
      return remote.hello().name();
    }
    String where = Channels.describe(address);
    return keys == null ? where : keys.peer().name() + " at " + where;
  }

  /** Returns the conversation that it carries or has carried; null before it opened. */
  Conversation conversation() {
    return conversation;
  }

  @Override
  public String toString() {
    return "Carrier[" + remoteName() + ", " + state + "]";
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
    return refusal != null;
  }

  boolean awaitsAnswer(long dialId) {
    return state == State.GREETED && opening.dialId() == dialId;
  }

  /** Returns whether a remote that dialled from there has said hello and was not answered. */
  boolean isAnsweringTo(Remote other) {
    return opening.answer()
        && state == State.GREETING
        && remote != null
        && address.equals(other.address())
        && (keys == null || keys.peer().equals(other.identity()));
  }

  /** Returns whether that identity has dialled and not yet said hello. */
  boolean isHalfOpenTo(PinnedPeers.Peer identity) {
    LinkSlots.Slot slot = slot();
    return slot != null && keys != null && remote == null && slot.isOf(identity);
  }

  /** Returns what it takes, whatever its state, if a remote dialled it; null otherwise. */
  LinkSlots.Slot slot() {
    if (!opening.answer() || isClosed()) {
      return null;
    }
    PinnedPeers.Peer identity = keys == null ? null : keys.peer();
    Role said = remote == null ? null : remote.hello().role();
    return new LinkSlots.Slot(identity, identity == null ? said : identity.role(), address);
  }

  boolean awaitsKeys(long dialId) {
    return state == State.KEYING
        && !opening.answer()
        && inbound == null
        && opening.dialId() == dialId;
  }

  /** Takes a message of the handshake; a stream becomes the carrier's when it is valid. */
  @Override
  public void onHandshake(InboundStream stream, HandshakeMessage message, long nowNs)
      throws MalformedFrame {
    if (state != State.KEYING) {
      throw new MalformedFrame(FrameFault.BAD_HANDSHAKE, "a message before its turn");
    }
    keys.onMessage(message, nowNs);
    bind(stream);
    LinkKeys.requireLively(keys, context.peerTimeoutNs());
    stream.begin(keys.channel());
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
    LinkKeys.requireSame(keys, opening, address, hello, theirOpening);
    takeHello(inbound, hello, theirOpening.resumption(), nowNs);
  }

  /** Takes the remote's stream and hello; the node has checked that this one waits for them. */
  void takeHello(InboundStream stream, LinkMessage.Hello hello, Resumption resumption, long nowNs)
      throws MalformedFrame {
    bind(stream);
    Remote found = new Remote(address, keys == null ? null : keys.peer(), hello);
    if (opening.answer()) {
      resuming = host.takeOver(this, found, resumption, nowNs);
    } else {
      onAnswer(hello, resumption);
    }
    remote = found;
    theirs = resumption;
    lastReceivedNs = nowNs;
    refusal = LinkKeys.versionMismatch(hello, context.hello());
    if (state == State.GREETED) {
      onGreetedBothWays(nowNs);
    }
  }

  private void onAnswer(LinkMessage.Hello hello, Resumption answer) throws MalformedFrame {
    if (resuming == null && !answer.isNone()) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, "it resumes nothing that was lost");
    }
    if (resuming != null && !resuming.onAnswer(hello, answer)) {
      resuming = null;
    }
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
    if (helloSent) {
      FrameEncoder encoder = outbound.encoder();
      encoder.drop();
      encoder.beginGoodbye(reason);
      outbound.offerNext();
    }
    finish(reason);
  }

  /** Sends what is queued within the linger time and then closes. */
  void closeGently(String reason, long nowNs) {
    if (state == State.OPEN) {
      state = State.CLOSING;
      closeReason = reason;
      deadlineNs = nowNs + context.lingerNs();
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
        case CONNECTING -> connect(nowNs);
        case KEYING -> exchangeKeys(nowNs);
        case GREETING -> greet(nowNs);
        case GREETED -> awaitRemote(nowNs, "did not answer the hello");
        case OPEN -> drain(nowNs) + keepAlive(nowNs);
        case CLOSING -> drain(nowNs) + sayGoodbye(nowNs);
        case CLOSED -> 0;
      };
    } catch (AeronException e) {
      lose(AeronFaults.onDial(address, e).getMessage(), nowNs);
      return 1;
    } catch (RuntimeException e) {
      host.onError(e);
      abort("a fault of this node ended the link to " + remoteName());
      return 1;
    }
  }

  private int connect(long nowNs) {
    if (!outbound.isConnected()) {
      return opening.answer()
          ? awaitRemote(nowNs, "does not listen where it asked to be answered")
          : 0;
    }
    if (!opening.answer()) {
      deadlineNs = nowNs + handshakeNs();
    }
    if (keys == null) {
      outbound.begin(FrameChannel.plain());
      state = State.GREETING;
      return 1 + greet(nowNs);
    }
    state = State.KEYING;
    return 1 + exchangeKeys(nowNs);
  }

  private int exchangeKeys(long nowNs) {
    int frames = 0;
    for (byte[] frame = keys.nextFrame(); frame != null; frame = keys.nextFrame()) {
      if (outbound.offer(frame) != OutboundStream.Offer.SENT) {
        return frames + awaitRemote(nowNs, "takes no frame of the handshake");
      }
      keys.onSent();
      frames++;
    }
    if (!keys.isEstablished()) {
      return frames
          + awaitRemote(
              nowNs,
              "did not complete the handshake: check that each side's file pins the other's"
                  + " public identity, and whether it has max-links already");
    }
    outbound.begin(keys.channel());
    state = State.GREETING;
    return frames + greet(nowNs);
  }

  private int greet(long nowNs) {
    if (opening.answer() && remote == null) {
      return awaitRemote(nowNs, "did not say hello");
    }
    FrameEncoder encoder = outbound.encoder();
    if (encoder.isIdle()) {
      if (resuming != null && !resuming.isSuspended()) {
        resuming = null;
      }
      Resumption own = resuming == null ? Resumption.NONE : resuming.resumption();
      encoder.beginHello(context.hello(), opening.with(own));
    }
    if (outbound.offerNext() != OutboundStream.Offer.SENT) {
      return awaitRemote(nowNs, "does not take the hello");
    }
    helloSent = true;
    if (opening.answer()) {
      onGreetedBothWays(nowNs);
    } else {
      state = State.GREETED;
    }
    return 1;
  }

  private int awaitRemote(long nowNs, String failing) {
    awaited = failing;
    if (nowNs - deadlineNs > 0) {
      if (resuming != null && resuming.isSuspended()) {
        // No goodbye, which would end the conversation at the remote: the next attempt may resume.
        finish(remoteName() + " " + failing);
      } else {
        abort(remoteName() + " " + failing);
      }
      return 1;
    }
    return 0;
  }

  private void onGreetedBothWays(long nowNs) {
    lastReceivedNs = nowNs;
    if (refusal == null && resuming != null && resuming.hasEnded()) {
      abort("closed by " + context.hello().name() + ": the link was not resumed in time");
      return;
    }
    conversation = resuming != null && refusal == null ? resuming : newConversation();
    conversation.count(new PairedCounters(outbound.counters(), inbound.counters()));
    sender =
        new CarrierSender(
            outbound, conversation, host.neighbour(address), context.heartbeatNs(), nowNs);
    state = State.OPEN;
    if (refusal != null) {
      conversation.refuse(this, new LinkMessage.Failure(FailureCode.VERSION_MISMATCH, refusal));
      closeGently(refusal, nowNs);
      return;
    }
    inbound.deliverTo(conversation);
    if (conversation == resuming) {
      conversation.resume(this, inbound.decoder(), theirs);
    } else {
      conversation.open(this, inbound.decoder());
    }
    resuming = null;
  }

  private Conversation newConversation() {
    return host.create(
        keys == null ? opening.dialId() | 1 : keys.conversation(),
        !opening.answer(),
        remote,
        keys == null ? Exporter.NONE : keys.exporter());
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
      long silentMs = (nowNs - lastReceivedNs) / 1_000_000;
      lose(remoteName() + " has been silent for " + silentMs + " ms", nowNs);
      return 1;
    }
    return sender.keepAlive(nowNs) ? 1 : 0;
  }

  private int sayGoodbye(long nowNs) {
    if (state != State.CLOSING) {
      return 1;
    }
    if (nowNs - deadlineNs > 0 || sender.isDone()) {
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
    if (conversation == null && refusal != null) {
      conversation = newConversation();
    }
    if (conversation != null) {
      conversation.end(refusal == null ? reason : refusal);
    }
  }

  private void closeStreams() {
    state = State.CLOSED;
    outbound.close();
    if (keys != null) {
      keys.erase();
    }
  }

  /** Why the link closed, or what it waits for that does not come; null if nothing is amiss. */
  String complaint() {
    return closeReason != null || awaited == null ? closeReason : remoteName() + " " + awaited;
  }
}
