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
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.Exporter;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.PinnedPeers;

/**
 * What carries a {@link Conversation}: a publication to a peer and the image that came back, from
 * the first attempt to the end. Belongs to the node's agent.
 */
final class AeronCarrier {
  private enum State {
    /** The peer does not listen yet. */
    CONNECTING,
    /** The handshake of the secure channel goes on. */
    KEYING,
    /** Our hello is due; where we were dialled, after the peer's. */
    GREETING,
    /** We dialled, said hello and wait for the answer. */
    GREETED,
    OPEN,
    /** Sends what is queued, then says goodbye. */
    CLOSING,
    CLOSED
  }

  /** Least time for an attempt to go on with a conversation. */
  private static final long MIN_ATTEMPT_NS = 250_000_000L;

  private final NodeAgent node;
  private final TransportContext context;
  private final LinkAddress peerAddress;
  private final HelloOpening opening;
  private final KeyExchange keys;
  private final OutboundStream outbound;
  private State state = State.CONNECTING;
  private LinkMessage.Hello peerHello;
  private Resumption peersResumption = Resumption.NONE;
  private Conversation resuming;
  private Conversation link;
  private InboundStream inbound;
  private CarrierSender sender;
  private String refusal;
  private String closeReason;
  private String awaited;
  private boolean helloSent;
  private long deadlineNs;
  private long lastReceivedNs;

  AeronCarrier(
      NodeAgent node,
      TransportContext context,
      LinkAddress peerAddress,
      HelloOpening opening,
      KeyExchange keysOrNull,
      Conversation resumingOrNull,
      OutboundStream outbound,
      long nowNs) {
    this.node = node;
    this.context = context;
    this.peerAddress = peerAddress;
    this.opening = opening;
    this.keys = keysOrNull;
    this.resuming = resumingOrNull;
    this.outbound = outbound;
    this.deadlineNs = nowNs + handshakeNs();
  }

  /** Returns an attempt to go on must leave time for others. */
  private long handshakeNs() {
    long mostNs = context.handshakeTimeoutNs();
    return resuming == null
        ? mostNs
        : Math.min(mostNs, Math.max(MIN_ATTEMPT_NS, context.resumeTimeoutNs() / 3));
  }

  String peerName() {
    LinkMessage.Hello hello = peerHello;
    if (hello != null) {
      return hello.name();
    }
    String where = Channels.describe(peerAddress);
    return keys == null ? where : keys.peer().name() + " at " + where;
  }

  LinkMessage.Hello peerHello() {
    return peerHello;
  }

  /** Returns the conversation that it carries or has carried; null before it opened. */
  Conversation link() {
    return link;
  }

  @Override
  public String toString() {
    return "Carrier[" + peerName() + ", " + state + "]";
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Returns whether the last frame of a closed link is on its way. */
  boolean hasLeft() {
    return outbound.hasLeft();
  }

  boolean hasOpened() {
    return link != null && link.hasOpened();
  }

  boolean isRefused() {
    return refusal != null;
  }

  boolean awaitsAnswer(long dialId) {
    return state == State.GREETED && opening.dialId() == dialId;
  }

  /**
   * Returns whether a peer that said hello on a link that it dialled from there has not been
   * answered.
   */
  boolean isAnsweringTo(LinkAddress address, PinnedPeers.Peer peerOrNull) {
    return opening.answer()
        && state == State.GREETING
        && peerHello != null
        && peerAddress.equals(address)
        && (keys == null || keys.peer().equals(peerOrNull));
  }

  /** Returns whether that peer has not yet shown who it is on a link that it dialled. */
  boolean isHalfOpenTo(PinnedPeers.Peer peer) {
    LinkSlots.Place place = place();
    return place != null && keys != null && peerHello == null && place.isOf(peer);
  }

  /** Returns what the link takes, whatever its state, if a peer dialled it; null otherwise. */
  LinkSlots.Place place() {
    if (!opening.answer() || isClosed()) {
      return null;
    }
    PinnedPeers.Peer peer = keys == null ? null : keys.peer();
    Role said = peerHello == null ? null : peerHello.role();
    return new LinkSlots.Place(peer, peer == null ? said : peer.role(), peerAddress);
  }

  boolean awaitsKeys(long dialId) {
    return state == State.KEYING
        && !opening.answer()
        && inbound == null
        && opening.dialId() == dialId;
  }

  /** Takes a message of the handshake; a stream becomes the link's when what it said holds. */
  void onHandshake(InboundStream stream, HandshakeMessage message, long nowNs)
      throws MalformedFrame {
    if (state != State.KEYING) {
      throw new MalformedFrame(FrameFault.BAD_HANDSHAKE, "a message before its turn");
    }
    keys.onMessage(message, nowNs);
    bind(stream);
    LinkKeys.requireLively(keys, context.livenessTimeoutNs());
    stream.begin(keys.channel());
  }

  /** Takes a stream as the peer's. */
  void bind(InboundStream stream) {
    inbound = stream;
    stream.bind(this);
  }

  /** Takes the hello of a stream that is the link's already, because the keys say so. */
  void onHello(LinkMessage.Hello hello, HelloOpening handshake, long nowNs) throws MalformedFrame {
    LinkKeys.requireSame(keys, opening, peerAddress, hello, handshake);
    onHello(inbound, hello, handshake.resumption(), nowNs);
  }

  /** Takes the peer's stream and hello; the agent has checked that this link waits for them. */
  void onHello(InboundStream stream, LinkMessage.Hello hello, Resumption resumption, long nowNs)
      throws MalformedFrame {
    bind(stream);
    PinnedPeers.Peer peer = keys == null ? null : keys.peer();
    if (opening.answer()) {
      resuming = node.takeOver(this, peerAddress, peer, hello, resumption, nowNs);
    } else {
      onAnswer(hello, resumption);
    }
    peerHello = hello;
    peersResumption = resumption;
    lastReceivedNs = nowNs;
    int version = context.hello().protocolVersion();
    if (hello.protocolVersion() != version) {
      refusal =
          hello.name()
              + " speaks protocol version "
              + hello.protocolVersion()
              + ", this node "
              + version
              + ": run the same release on both";
    }
    if (state == State.GREETED) {
      onGreetedBothWays(nowNs);
    }
  }

  private void onAnswer(LinkMessage.Hello hello, Resumption answer) throws MalformedFrame {
    if (resuming == null && !answer.isNone()) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, "it goes on with nothing that was lost");
    }
    if (resuming != null && !resuming.isGoneOnWith(hello, answer)) {
      resuming = null;
    }
  }

  void onReceived(long nowNs) {
    lastReceivedNs = nowNs;
  }

  void onMessage(LinkMessage message, long nowNs) {
    if (hasOpened()) {
      link.onMessage(message, nowNs);
    }
  }

  void onAcknowledge(long receivedMessages) throws MalformedFrame {
    if (hasOpened()) {
      link.onAcknowledge(receivedMessages);
    }
  }

  void onGoodbye(String reason) {
    finish(peerName() + " closed the link: " + reason);
  }

  /** The peer's stream ended without a goodbye. */
  void onLost(long nowNs) {
    lose("the link to " + peerName() + " was lost", nowNs);
  }

  /** Gives the carrier up, but not what it carries, and says nothing more over it. */
  void lose(String reason, long nowNs) {
    if (state == State.OPEN && context.resumeTimeoutNs() > 0) {
      closeReason = reason;
      discard();
      link.suspend(reason, nowNs);
    } else {
      finish(reason);
    }
  }

  /** Closes the carrier and keeps what it has received of an unfinished tensor. */
  void discard() {
    if (inbound != null) {
      inbound.release();
    }
    closeStreams();
  }

  /** Gives the link up for something that the peer did; says goodbye if that is possible. */
  void fail(String deed) {
    abort(peerName() + " " + deed);
  }

  /** Gives the link up at once; says goodbye if that is possible. */
  void abort(String reason) {
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
      if (state == State.OPEN && link.isCloseRequested()) {
        closeGently("closed by " + context.hello().name(), nowNs);
      }
      return switch (state) {
        case CONNECTING -> connect(nowNs);
        case KEYING -> exchangeKeys(nowNs);
        case GREETING -> greet(nowNs);
        case GREETED -> awaitPeer(nowNs, "did not answer the hello");
        case OPEN -> drain(nowNs) + keepAlive(nowNs);
        case CLOSING -> drain(nowNs) + sayGoodbye(nowNs);
        case CLOSED -> 0;
      };
    } catch (AeronException e) {
      lose(CarrierFaults.onDial(peerAddress, e).getMessage(), nowNs);
      return 1;
    } catch (RuntimeException e) {
      node.onError(e);
      abort("a fault of this node ended the link to " + peerName());
      return 1;
    }
  }

  private int connect(long nowNs) {
    if (!outbound.isConnected()) {
      return opening.answer()
          ? awaitPeer(nowNs, "does not listen where it asked to be answered")
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
        return frames + awaitPeer(nowNs, "takes no frame of the handshake");
      }
      keys.onSent();
      frames++;
    }
    if (!keys.isEstablished()) {
      return frames
          + awaitPeer(
              nowNs,
              "did not complete the handshake: check that each side's file pins the other's"
                  + " public identity, and whether it has max-links already");
    }
    outbound.begin(keys.channel());
    state = State.GREETING;
    return frames + greet(nowNs);
  }

  private int greet(long nowNs) {
    if (opening.answer() && peerHello == null) {
      return awaitPeer(nowNs, "did not say hello");
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
      return awaitPeer(nowNs, "does not take the hello");
    }
    helloSent = true;
    if (opening.answer()) {
      onGreetedBothWays(nowNs);
    } else {
      state = State.GREETED;
    }
    return 1;
  }

  private int awaitPeer(long nowNs, String failing) {
    awaited = failing;
    if (nowNs - deadlineNs > 0) {
      if (resuming != null && resuming.isSuspended()) {
        // No goodbye, which would end the conversation at the peer: the next attempt goes on.
        finish(peerName() + " " + failing);
      } else {
        fail(failing);
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
    link = resuming != null && refusal == null ? resuming : newLink();
    link.count(new PairedCounters(outbound.counters(), inbound.counters()));
    sender =
        new CarrierSender(
            outbound, link, node.neighbour(peerAddress), context.heartbeatNs(), nowNs);
    state = State.OPEN;
    if (refusal != null) {
      link.refuse(this, new LinkMessage.Failure(FailureCode.VERSION_MISMATCH, refusal));
      closeGently(refusal, nowNs);
      return;
    }
    if (link == resuming) {
      link.resume(this, inbound.decoder(), peersResumption);
    } else {
      node.add(link);
      link.open(this, inbound.decoder());
    }
    resuming = null;
  }

  private Conversation newLink() {
    return new Conversation(
        node,
        context,
        keys == null ? opening.dialId() | 1 : keys.conversation(),
        !opening.answer(),
        peerAddress,
        keys == null ? null : keys.peer(),
        peerHello,
        keys == null ? Exporter.NONE : keys.exporter());
  }

  private int drain(long nowNs) {
    int frames = sender.drain(nowNs);
    if (sender.isGone()) {
      lose(peerName() + " does not listen any more", nowNs);
    }
    return frames;
  }

  private int keepAlive(long nowNs) {
    if (state != State.OPEN) {
      return 1;
    }
    if (nowNs - lastReceivedNs > context.livenessTimeoutNs()) {
      long silentMs = (nowNs - lastReceivedNs) / 1_000_000;
      lose(peerName() + " has been silent for " + silentMs + " ms", nowNs);
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
    if (link == null && refusal != null) {
      link = newLink();
    }
    if (link != null) {
      link.end(refusal == null ? reason : refusal);
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
    return closeReason != null || awaited == null ? closeReason : peerName() + " " + awaited;
  }
}
