// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.Image;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.FrameHandler;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.driver.StreamGate;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.trace.MessageDecoded;
import java.util.function.Supplier;
import org.agrona.DirectBuffer;

/**
 * One image: all that one publication of a remote says. After a fault it is refused: drained, so
 * that the remote is not held up, and not looked at. Belongs to the node's agent.
 */
final class InboundStream implements FragmentHandler, FrameHandler {
  private enum State {
    /** Its frames are those of a handshake. */
    HANDSHAKING,
    /** Its frames are messages, over the channel that it has begun with. */
    BEGUN,
    /** Its frames are drained. */
    REFUSED
  }

  private static final int FRAGMENT_LIMIT = 8;

  private final StreamCounters counters = new StreamCounters();
  private final StreamOwner strangers;
  private final Image image;
  private final TransportContext context;
  private final NodeErrors errors;
  private final Supplier<StreamGate> gate;
  private final long deadlineNs;
  private final int streamId;
  private State state = State.HANDSHAKING;

  /** Of a stream whose state is HANDSHAKING; null otherwise. */
  private HandshakeAssembly handshake;

  /** Of a stream whose state is BEGUN; null otherwise. */
  private FrameDecoder decoder;

  private StreamOwner owner;
  private Conversation conversation;
  private long pollNs;

  /** Of the message that is being decoded, while a recording wants to know; null otherwise. */
  private MessageDecoded decoded;

  /**
   * A stream whose frames are plaintext, or one that has to begin with a handshake.
   *
   * @param strangers who owns it until it is bound
   * @param gate returns the gate that it comes through, or null
   * @param deadlineNs when the handshake must have begun
   */
  InboundStream(
      StreamOwner strangers,
      Image image,
      boolean secured,
      TransportContext context,
      NodeErrors errors,
      Supplier<StreamGate> gate,
      long deadlineNs) {
    this.strangers = strangers;
    this.owner = strangers;
    this.image = image;
    this.context = context;
    this.errors = errors;
    this.gate = gate;
    this.deadlineNs = deadlineNs;
    this.streamId = image.subscription().streamId();
    if (secured) {
      handshake = new HandshakeAssembly();
    } else {
      begin(FrameChannel.plain());
    }
  }

  /** From now on all frames come through that channel. */
  void begin(FrameChannel channel) {
    state = State.BEGUN;
    handshake = null;
    passGate();
    decoder =
        new FrameDecoder(channel, context.maxMessageWords(), context.arrays(), counters, this);
  }

  /** Lets everything of the stream in, unless it has to show first whose it is. */
  void passGate() {
    if (state == State.BEGUN && gate.get() != null) {
      gate.get().prove(streamId, image.sessionId());
    }
  }

  /** Returns whether nobody knows yet whose stream it is. */
  boolean isUnproven() {
    return state == State.HANDSHAKING && owner == strangers;
  }

  /** Returns whether nothing more can come; Aeron closes an image when its publication is gone. */
  boolean hasEnded() {
    return image.isClosed();
  }

  /**
   * Returns the host that the stream seems to come from; anybody can write what is taken for it.
   */
  String sourceHost() {
    String source = image.sourceIdentity();
    int colon = source.lastIndexOf(':');
    // A source in shared memory has no port.
    return colon < 0 || source.startsWith("aeron:") ? source : source.substring(0, colon);
  }

  StreamCounters counters() {
    return counters;
  }

  /** Gives the stream to a carrier. */
  void bind(StreamOwner carrier) {
    owner = carrier;
  }

  /** From now on messages go to that conversation; those before it opened are dropped. */
  void deliverTo(Conversation opened) {
    conversation = opened;
  }

  /** Words of memory that an unfinished tensor takes. */
  int heldWords() {
    return decoder == null ? 0 : decoder.heldWords();
  }

  /** Looks at no further frame, and keeps nothing of those before. */
  void refuse() {
    if (decoder != null) {
      decoder.drop();
    }
    release();
  }

  FrameDecoder decoder() {
    return decoder;
  }

  /** Looks at no further frame; what it decoded so far is now another stream's to continue. */
  void release() {
    state = State.REFUSED;
    owner = strangers;
    conversation = null;
    handshake = null;
    decoder = null;
    if (gate.get() != null) {
      gate.get().refuse(streamId, image.sessionId());
    }
  }

  /** The stream's image has ended. */
  void forget() {
    if (gate.get() != null) {
      gate.get().forget(streamId, image.sessionId());
    }
  }

  int poll(long nowNs) {
    pollNs = nowNs;
    int fragments = image.poll(this, FRAGMENT_LIMIT);
    if (fragments > 0) {
      owner.onReceived(nowNs);
    } else if (owner != strangers) {
      if (image.isClosed() || image.isEndOfStream()) {
        owner.onLost(nowNs);
      }
    } else if (isUnproven() && nowNs - deadlineNs > 0) {
      if (image.isEndOfStream()) {
        // Closed by its sender before it said anything: an attempt that was abandoned.
        refuse();
      } else {
        onFault(FrameFault.BAD_HANDSHAKE, "no handshake within its time");
      }
    }
    return fragments;
  }

  @Override
  public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
    try {
      if (state == State.HANDSHAKING) {
        onHandshakeFrame(buffer, offset, length);
      } else if (state == State.BEGUN) {
        onMessageFrame(buffer, offset, length);
      }
    } catch (MalformedFrame e) {
      onFault(e.fault(), e.getMessage());
    } catch (RuntimeException e) {
      errors.onError(e);
      onFault(FrameFault.BAD_VALUE, "a frame could not be handled");
    }
  }

  private void onMessageFrame(DirectBuffer buffer, int offset, int length) throws MalformedFrame {
    if (decoded == null) {
      decoded = MessageDecoded.beginOrNull();
    }
    // A message may end this stream, which then has no decoder.
    FrameDecoder current = decoder;
    current.onFrame(buffer, offset, length);
    if (decoded != null && !current.isWithinMessage()) {
      decoded = null; // What came was no message of the application.
    }
  }

  private void onHandshakeFrame(DirectBuffer buffer, int offset, int length) throws MalformedFrame {
    HandshakeMessage message = handshake.onFrame(buffer, offset, length);
    counters.onFraming(length);
    if (message != null) {
      owner.onHandshake(this, message, System.nanoTime());
    }
  }

  @Override
  public void onHello(LinkMessage.Hello hello, HelloOpening opening) throws MalformedFrame {
    // Where links are sealed, a hello of another role than the identity's is refused below.
    decoder.takeAtMost(context.maxMessageWords(hello.role()));
    if (hello.role() != Role.CLIENT && context.security() != LinkSecurity.Plain.INSECURE) {
      decoder.trustTotal();
    }
    owner.onHello(this, hello, opening, System.nanoTime());
  }

  @Override
  public void onMessage(LinkMessage message) {
    if (conversation != null) {
      if (decoded != null) {
        decoded.describe(conversation.ownName(), conversation.peerName(), message);
        decoded.commit();
        decoded = null;
      }
      conversation.onMessage(message, pollNs);
    }
  }

  @Override
  public void onAcknowledge(long receivedMessages) throws MalformedFrame {
    if (conversation != null) {
      conversation.onAcknowledge(receivedMessages);
    }
  }

  @Override
  public void onGoodbye(String reason) {
    owner.onGoodbye(reason);
  }

  /** Counts a fault and refuses the stream. */
  void onFault(FrameFault fault, String detail) {
    errors.onFault(fault, detail, sourceHost());
    StreamOwner by = owner;
    String deed = "sent a frame that was refused (" + fault + ": " + detail + ")";
    if (by != strangers && fault == FrameFault.NOT_AUTHENTIC) {
      by.onForged(deed, System.nanoTime());
      return;
    }
    refuse();
    by.onRefused(deed);
  }
}
