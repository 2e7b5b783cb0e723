// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.LinkSlots;
import io.pascaline.transport.conversation.Remote;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.Exporter;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.PinnedPeers;

/**
 * How a carrier opens: the remote connects, both sides agree on keys, both say hello. Then it knows
 * who the remote is and which conversation the carrier carries. Belongs to the node's agent.
 *
 * <pre>{@code
 * CONNECTING ──> KEYING ──> GREETING ──> GREETED ──> COMPLETE
 *      └── plaintext ──────────^ └─────── responder ─────^
 * }</pre>
 *
 * The initiator says hello first and waits for the answer; the responder waits first.
 */
final class CarrierOpening {
  /** How far the opening is. An event that does not fit gives the same state. */
  enum State {
    /** The remote does not listen yet. */
    CONNECTING,
    /** The handshake of the secure channel is in progress. */
    KEYING,
    /** Our hello is due; the responder's after the initiator's. */
    GREETING,
    /** The initiator said hello and waits for the answer. */
    GREETED,
    /** Both sides have said hello. */
    COMPLETE,
    /** The remote did not do within its time what was due. */
    OVERDUE,
    /** The carrier has closed. */
    ENDED;

    /** Returns what follows when the remote of a secured link listens. */
    State connectedSecured() {
      return this == CONNECTING ? KEYING : this;
    }

    /** Returns what follows when the remote of a link in plaintext listens. */
    State connectedInPlaintext() {
      return this == CONNECTING ? GREETING : this;
    }

    /** Returns what follows when both sides have the keys. */
    State keyed() {
      return this == KEYING ? GREETING : this;
    }

    /** Returns what follows when the initiator's own hello is sent. */
    State initiatorGreeted() {
      return this == GREETING ? GREETED : this;
    }

    /** Returns what follows when the responder's own hello is sent. */
    State responderGreeted() {
      return this == GREETING ? COMPLETE : this;
    }

    /** Returns what follows when the remote's hello came. */
    State remoteGreeted() {
      return this == GREETED ? COMPLETE : this;
    }

    /** Returns what follows when the time for what is due is over. */
    State timedOut() {
      return this == COMPLETE || this == ENDED ? this : OVERDUE;
    }
  }

  /**
   * What a carrier is to open.
   *
   * @param address where the remote is dialled or answered
   * @param own this side's part of the hellos
   * @param keysOrNull the handshake; null where links are in plaintext
   * @param resumingOrNull the conversation that an initiator asks to resume
   */
  record Target(
      LinkAddress address, HelloOpening own, KeyExchange keysOrNull, Conversation resumingOrNull) {}

  /** Shortest time for an attempt to resume a conversation. */
  private static final long MIN_ATTEMPT_NS = 250_000_000L;

  private final CarrierHost host;
  private final TransportContext context;
  private final LinkAddress address;
  private final HelloOpening own;
  private final KeyExchange keys;
  private final OutboundStream outbound;
  private State state = State.CONNECTING;
  private Conversation resuming;
  private Remote remote;
  private Resumption theirs = Resumption.NONE;
  private String refusal;
  private String awaited;
  private boolean helloSent;
  private long deadlineNs;

  CarrierOpening(
      CarrierHost host,
      TransportContext context,
      Target target,
      OutboundStream outbound,
      long nowNs) {
    this.host = host;
    this.context = context;
    this.address = target.address();
    this.own = target.own();
    this.keys = target.keysOrNull();
    this.resuming = target.resumingOrNull();
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

  State state() {
    return state;
  }

  /** Returns the remote's name, or where it is while it has not said hello. */
  String remoteName() {
    if (remote != null) {
      return remote.hello().name();
    }
    String where = Channels.describe(address);
    return keys == null ? where : keys.peer().name() + " at " + where;
  }

  LinkAddress address() {
    return address;
  }

  /** Returns whether this side has said hello, so that a goodbye can follow. */
  boolean hasSentHello() {
    return helloSent;
  }

  /** Returns what the remote has received of the conversation that it resumes. */
  Resumption theirs() {
    return theirs;
  }

  /** Returns why this node does not talk to the remote, or null if it does. */
  String refusalOrNull() {
    return refusal;
  }

  /** Returns what the remote does not do although it is due, or null. */
  String awaitedOrNull() {
    return awaited;
  }

  /** Returns the conversation that both sides resume, or null for a new one. */
  Conversation resumingOrNull() {
    return resuming;
  }

  /** Returns whether this side can try again to resume a conversation. */
  boolean canResumeLater() {
    return resuming != null && resuming.isSuspended();
  }

  /** Makes the conversation that begins with these hellos. */
  Conversation newConversation() {
    return host.create(
        keys == null ? own.dialId() | 1 : keys.conversation(),
        !own.answer(),
        remote,
        keys == null ? Exporter.NONE : keys.exporter());
  }

  boolean awaitsAnswer(long dialId) {
    return state == State.GREETED && own.dialId() == dialId;
  }

  boolean awaitsKeys(long dialId) {
    return state == State.KEYING && !own.answer() && own.dialId() == dialId;
  }

  /** Returns whether a remote that dialled from there has said hello and was not answered. */
  boolean isAnsweringTo(Remote other) {
    return own.answer()
        && state == State.GREETING
        && remote != null
        && address.equals(other.address())
        && (keys == null || keys.peer().equals(other.identity()));
  }

  /** Returns whether that identity has dialled and not yet said hello. */
  boolean isHalfOpenTo(PinnedPeers.Peer identity) {
    LinkSlots.Slot slot = slotOrNull();
    return slot != null && keys != null && remote == null && slot.isOf(identity);
  }

  /** Returns what the carrier takes, until it ends, if a remote dialled it; null otherwise. */
  LinkSlots.Slot slotOrNull() {
    if (!own.answer() || state == State.ENDED) {
      return null;
    }
    PinnedPeers.Peer identity = keys == null ? null : keys.peer();
    Role said = remote == null ? null : remote.hello().role();
    return new LinkSlots.Slot(identity, identity == null ? said : identity.role(), address);
  }

  /** Takes a message of the handshake. */
  void onHandshake(HandshakeMessage message, long nowNs) throws MalformedFrame {
    if (state != State.KEYING) {
      throw new MalformedFrame(FrameFault.BAD_HANDSHAKE, "a message before its turn");
    }
    keys.onMessage(message, nowNs);
  }

  /** Lets a stream begin that a message of the handshake was valid on. */
  void beginSecured(InboundStream stream) throws MalformedFrame {
    HelloChecks.requireLively(keys, context.peerTimeoutNs());
    stream.begin(keys.channel());
  }

  /** Refuses a hello of a secured stream that is not what the handshake said. */
  void requireOfKeys(LinkMessage.Hello hello, HelloOpening said) throws MalformedFrame {
    HelloChecks.requireSame(keys, own, address, hello, said);
  }

  /** Takes the remote's hello, and finds out which conversation it resumes. */
  void onHello(LinkMessage.Hello hello, Resumption resumption, long nowNs) throws MalformedFrame {
    Remote found = new Remote(address, keys == null ? null : keys.peer(), hello);
    if (own.answer()) {
      resuming = host.takeOver(found, resumption, nowNs);
    } else {
      onAnswer(hello, resumption);
    }
    remote = found;
    theirs = resumption;
    refusal = HelloChecks.versionMismatch(hello, context.hello());
    state = state.remoteGreeted();
  }

  private void onAnswer(LinkMessage.Hello hello, Resumption answer) throws MalformedFrame {
    if (resuming == null && !answer.isNone()) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, "it resumes nothing that was lost");
    }
    if (resuming != null && !resuming.onAnswer(hello, answer)) {
      resuming = null;
    }
  }

  /** Does what is due, and what follows from it; returns the amount of work. */
  int doWork(long nowNs) {
    return switch (state) {
      case CONNECTING -> connect(nowNs);
      case KEYING -> exchangeKeys(nowNs);
      case GREETING -> greet(nowNs);
      case GREETED -> awaitRemote(nowNs, "did not answer the hello");
      case COMPLETE, OVERDUE, ENDED -> 0;
    };
  }

  private int connect(long nowNs) {
    if (!outbound.isConnected()) {
      return own.answer() ? awaitRemote(nowNs, "does not listen where it asked to be answered") : 0;
    }
    if (!own.answer()) {
      deadlineNs = nowNs + handshakeNs();
    }
    if (keys == null) {
      outbound.begin(FrameChannel.plain());
      state = state.connectedInPlaintext();
      return 1 + greet(nowNs);
    }
    state = state.connectedSecured();
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
    state = state.keyed();
    return frames + greet(nowNs);
  }

  private int greet(long nowNs) {
    if (own.answer() && remote == null) {
      return awaitRemote(nowNs, "did not say hello");
    }
    FrameEncoder encoder = outbound.encoder();
    if (encoder.isIdle()) {
      if (resuming != null && !resuming.isSuspended()) {
        resuming = null;
      }
      Resumption ours = resuming == null ? Resumption.NONE : resuming.resumption();
      encoder.beginHello(context.hello(), own.with(ours));
    }
    if (outbound.offerNext() != OutboundStream.Offer.SENT) {
      return awaitRemote(nowNs, "does not take the hello");
    }
    helloSent = true;
    state = own.answer() ? state.responderGreeted() : state.initiatorGreeted();
    return 1;
  }

  private int awaitRemote(long nowNs, String failing) {
    awaited = failing;
    if (nowNs - deadlineNs > 0) {
      state = state.timedOut();
      return 1;
    }
    return 0;
  }

  /** Forgets the conversation that is resumed: its secrets must not outlive it here. */
  void forgetResumed() {
    resuming = null;
  }

  /** Ends with the carrier. */
  void end() {
    state = State.ENDED;
    forgetResumed();
    if (keys != null) {
      keys.erase();
    }
  }
}
