package io.pascaline.transport.aeron;

import io.aeron.exceptions.AeronException;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameEncoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.Handshake;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.PairedCounters;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.codec.Tensors;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.PinnedPeers;

/**
 * A publication to a peer and the image that came back, from the first attempt to the end. The
 * methods of {@link Link} may be called from any thread, all others from the node's agent only.
 */
final class AeronLink implements Link {
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

  /** Frames per duty cycle, so that no link keeps the others waiting. */
  private static final int FRAMES_PER_CYCLE = 4;

  private final NodeAgent node;
  private final TransportContext context;
  private final LinkAddress peerAddress;
  private final Handshake opening;
  private final KeyExchange keys;
  private final OutboundStream outbound;
  private final OutboundQueue queue;
  private volatile State state = State.CONNECTING;
  private volatile boolean closeRequested;
  private volatile LinkMessage.Hello peerHello;
  private volatile PairedCounters counters;
  private InboundStream inbound;
  private LinkMessage current;
  private NodeAgent neighbour;
  private String refusal;
  private String closeReason;
  private boolean helloSent;
  private boolean opened;
  private long deadlineNs;
  private long lastSentNs;
  private long lastReceivedNs;

  AeronLink(
      NodeAgent node,
      TransportContext context,
      LinkAddress peerAddress,
      Handshake opening,
      KeyExchange keysOrNull,
      OutboundStream outbound,
      long nowNs) {
    this.node = node;
    this.context = context;
    this.peerAddress = peerAddress;
    this.opening = opening;
    this.keys = keysOrNull;
    this.outbound = outbound;
    this.queue = new OutboundQueue(context.maxQueuedBytes());
    this.counters = new PairedCounters(outbound.counters(), new StreamCounters());
    this.deadlineNs = nowNs + context.handshakeTimeoutNs();
  }

  @Override
  public String peerName() {
    final LinkMessage.Hello hello = peerHello;
    if (hello != null) {
      return hello.name();
    }
    final String where = Channels.describe(peerAddress);
    return keys == null ? where : keys.peer().name() + " at " + where;
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return peerHello;
  }

  @Override
  public String peerIdentity() {
    return keys == null ? null : keys.peer().identity().toString();
  }

  @Override
  public boolean dialled() {
    return !opening.answer();
  }

  @Override
  public boolean send(LinkMessage message) {
    final int[] words = Tensors.words(message);
    if (words != null && words.length > context.maxMessageWords()) {
      throw new IllegalArgumentException(
          message + " is larger than maxMessageWords " + context.maxMessageWords());
    }
    if (message instanceof LinkMessage.Hello) {
      throw new IllegalArgumentException("hellos are sent by the transport alone");
    }
    final boolean taken = state == State.OPEN && !closeRequested && queue.offer(message);
    if (taken) {
      node.wake();
    }
    return taken;
  }

  @Override
  public long queuedBytes() {
    return queue.bytes();
  }

  @Override
  public boolean isOpen() {
    return state == State.OPEN && !closeRequested;
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
    return "Link[" + peerName() + ", " + state + "]";
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  /** Whether the last frame of a closed link is on its way. */
  boolean hasLeft() {
    return outbound.hasLeft();
  }

  boolean hasOpened() {
    return opened;
  }

  boolean isRefused() {
    return refusal != null;
  }

  boolean awaitsAnswer(long dialId) {
    return state == State.GREETED && opening.dialId() == dialId;
  }

  boolean isAcceptedFrom(LinkAddress address) {
    return opening.answer() && peerAddress.equals(address);
  }

  /** Whether another link leads to the same peer, as far as this one's protection tells. */
  boolean isReplacedBy(AeronLink other) {
    return isAcceptedFrom(other.peerAddress)
        && !isClosed()
        && (keys == null || keys.peer().equals(other.keys.peer()));
  }

  /** Whether the peer has not yet shown who it is on a link that it dialled. */
  boolean isHalfOpen() {
    return opening.answer() && keys != null && peerHello == null && !isClosed();
  }

  boolean isHalfOpenTo(PinnedPeers.Peer peer) {
    return isHalfOpen() && keys.peer().equals(peer);
  }

  /** Whether the peer dialled this link, whatever its state. */
  boolean isFrom(PinnedPeers.Peer peer) {
    return opening.answer() && keys != null && keys.peer().equals(peer) && !isClosed();
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
    counters = new PairedCounters(outbound.counters(), stream.counters());
  }

  /** Takes the hello of a stream that is the link's already, because the keys say so. */
  void onHello(LinkMessage.Hello hello, Handshake handshake, long nowNs) throws MalformedFrame {
    LinkKeys.requireSame(keys, opening, peerAddress, hello, handshake);
    node.replace(this, hello);
    onHello(inbound, hello, nowNs);
  }

  /** Takes the peer's stream and hello; the agent has checked that this link waits for them. */
  void onHello(InboundStream stream, LinkMessage.Hello hello, long nowNs) {
    bind(stream);
    peerHello = hello;
    lastReceivedNs = nowNs;
    final int version = context.hello().protocolVersion();
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

  void onReceived(long nowNs) {
    lastReceivedNs = nowNs;
  }

  void onMessage(LinkMessage message) {
    if (opened) {
      node.notifyMessage(this, message);
    }
  }

  void onGoodbye(String reason) {
    finish(peerName() + " closed the link: " + reason);
  }

  /** The peer's stream ended without a goodbye. */
  void onLost() {
    if (state != State.CLOSED) {
      finish("the link to " + peerName() + " was lost");
    }
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
      final FrameEncoder encoder = outbound.encoder();
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
      if (closeRequested && state != State.CLOSING) {
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
      abort(CarrierFaults.onDial(peerAddress, e).getMessage());
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
      deadlineNs = nowNs + context.handshakeTimeoutNs();
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
                  + " public identity");
    }
    outbound.begin(keys.channel());
    state = State.GREETING;
    return frames + greet(nowNs);
  }

  private int greet(long nowNs) {
    if (opening.answer() && peerHello == null) {
      return awaitPeer(nowNs, "did not say hello");
    }
    final FrameEncoder encoder = outbound.encoder();
    if (encoder.isIdle()) {
      encoder.beginHello(context.hello(), opening);
    }
    if (outbound.offerNext() != OutboundStream.Offer.SENT) {
      return awaitPeer(nowNs, "does not take the hello");
    }
    helloSent = true;
    lastSentNs = nowNs;
    if (opening.answer()) {
      onGreetedBothWays(nowNs);
    } else {
      state = State.GREETED;
    }
    return 1;
  }

  private int awaitPeer(long nowNs, String failing) {
    if (nowNs - deadlineNs > 0) {
      fail(failing);
      return 1;
    }
    return 0;
  }

  private void onGreetedBothWays(long nowNs) {
    lastReceivedNs = nowNs;
    if (refusal == null) {
      state = State.OPEN;
      opened = true;
      neighbour = node.neighbour(peerAddress);
      node.notifyOpened(this);
    } else {
      queue.offer(new LinkMessage.Failure(FailureCode.VERSION_MISMATCH, refusal));
      state = State.OPEN;
      closeGently(refusal, nowNs);
    }
  }

  private int drain(long nowNs) {
    final FrameEncoder encoder = outbound.encoder();
    int frames = 0;
    while (frames < FRAMES_PER_CYCLE) {
      if (encoder.isIdle()) {
        current = queue.poll();
        if (current == null) {
          break;
        }
        encoder.begin(current);
      }
      final OutboundStream.Offer offer = outbound.offerNext();
      if (offer == OutboundStream.Offer.BUSY) {
        break;
      }
      if (offer == OutboundStream.Offer.GONE) {
        finish(peerName() + " does not listen any more");
        break;
      }
      frames++;
      lastSentNs = nowNs;
      if (encoder.isIdle() && current != null) {
        queue.onSent(current);
        current = null;
      }
    }
    if (frames > 0 && neighbour != null) {
      neighbour.wake();
    }
    return frames;
  }

  private int keepAlive(long nowNs) {
    if (state != State.OPEN) {
      return 1;
    }
    if (nowNs - lastReceivedNs > context.livenessTimeoutNs()) {
      fail("has been silent for " + (nowNs - lastReceivedNs) / 1_000_000 + " ms");
      return 1;
    }
    final FrameEncoder encoder = outbound.encoder();
    if (encoder.isIdle() && nowNs - lastSentNs > context.heartbeatNs()) {
      encoder.beginHeartbeat();
      lastSentNs = nowNs;
      return 1;
    }
    return 0;
  }

  private int sayGoodbye(long nowNs) {
    if (state != State.CLOSING) {
      return 1;
    }
    final FrameEncoder encoder = outbound.encoder();
    if (nowNs - deadlineNs > 0) {
      abort(closeReason);
      return 1;
    }
    if (encoder.isIdle() && queue.isEmpty()) {
      abort(closeReason);
      return 1;
    }
    return 0;
  }

  private void finish(String reason) {
    if (state == State.CLOSED) {
      return;
    }
    state = State.CLOSED;
    closeReason = reason;
    // Somebody may keep a closed link: it must not keep the tensors that were never sent.
    current = null;
    queue.close();
    outbound.close();
    if (keys != null) {
      keys.erase();
    }
    if (inbound != null) {
      inbound.refuse();
    }
    if (opened || refusal != null) {
      node.notifyClosed(this, refusal == null ? reason : refusal);
    }
  }

  /** Why the link closed, for its dialler. */
  String closeReason() {
    return closeReason;
  }
}
