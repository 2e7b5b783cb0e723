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
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.HandshakeAssembly;
import io.pascaline.transport.secure.HandshakeMessage;
import org.agrona.DirectBuffer;

/**
 * One image: all that one publication of a peer says. After a fault it is refused: drained, so that
 * the peer is not held up, and not looked at. Belongs to the node's agent.
 */
final class InboundStream implements FragmentHandler, FrameHandler {
  private static final int FRAGMENT_LIMIT = 8;

  private final StreamCounters counters = new StreamCounters();
  private final NodeAgent node;
  private final Image image;
  private final TransportContext context;
  private final long deadlineNs;
  private final int streamId;
  private HandshakeAssembly handshake;
  private FrameDecoder decoder;
  private AeronCarrier link;
  private boolean refused;
  private long pollNs;

  /** A stream whose frames are plain, or one that has to begin with a handshake until then. */
  InboundStream(
      NodeAgent node, Image image, boolean secured, TransportContext context, long deadlineNs) {
    this.node = node;
    this.image = image;
    this.context = context;
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
    handshake = null;
    passGate();
    decoder = new FrameDecoder(channel, context.maxMessageWords(), counters, this);
  }

  /** Lets everything of the stream in, unless it has to show first whose it is. */
  void passGate() {
    if (handshake == null && !refused && node.streamGate() != null) {
      node.streamGate().prove(streamId, image.sessionId());
    }
  }

  /** Returns whether nobody knows yet whose stream it is. */
  boolean isUnproven() {
    return handshake != null && link == null && !refused;
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
    return colon < 0 ? source : source.substring(0, colon);
  }

  StreamCounters counters() {
    return counters;
  }

  /** Gives the stream to a link, or to none. */
  void bind(AeronCarrier owner) {
    link = owner;
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

  /** Looks at no further frame; what it decoded so far is now another's to go on with. */
  void release() {
    refused = true;
    link = null;
    handshake = null;
    decoder = null;
    if (node.streamGate() != null) {
      node.streamGate().refuse(streamId, image.sessionId());
    }
  }

  /** The stream's image has ended. */
  void forget() {
    if (node.streamGate() != null) {
      node.streamGate().forget(streamId, image.sessionId());
    }
  }

  int poll(long nowNs) {
    pollNs = nowNs;
    int fragments = image.poll(this, FRAGMENT_LIMIT);
    if (link != null) {
      if (fragments > 0) {
        link.onReceived(nowNs);
      } else if (image.isClosed() || image.isEndOfStream()) {
        link.onLost(nowNs);
      }
    } else if (isUnproven() && nowNs - deadlineNs > 0) {
      onFault(FrameFault.BAD_HANDSHAKE, "no handshake within its time");
    }
    return fragments;
  }

  @Override
  public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
    if (refused) {
      return;
    }
    try {
      if (handshake == null) {
        decoder.onFrame(buffer, offset, length);
      } else {
        onHandshakeFrame(buffer, offset, length);
      }
    } catch (MalformedFrame e) {
      onFault(e.fault(), e.getMessage());
    } catch (RuntimeException e) {
      node.onError(e);
      onFault(FrameFault.BAD_VALUE, "a frame could not be handled");
    }
  }

  private void onHandshakeFrame(DirectBuffer buffer, int offset, int length) throws MalformedFrame {
    HandshakeMessage message = handshake.onFrame(buffer, offset, length);
    counters.onFraming(length);
    if (message != null && link == null) {
      node.onHandshake(this, message);
    } else if (message != null) {
      link.onHandshake(this, message, System.nanoTime());
    }
  }

  @Override
  public void onHello(LinkMessage.Hello hello, HelloOpening opening) throws MalformedFrame {
    // Where links are sealed, a hello of another role than the identity's is refused below.
    decoder.takeAtMost(context.maxMessageWords(hello.role()));
    if (link == null) {
      node.onHello(this, hello, opening);
    } else {
      link.onHello(hello, opening, System.nanoTime());
    }
  }

  @Override
  public void onMessage(LinkMessage message) {
    if (link != null) {
      link.onMessage(message, pollNs);
    }
  }

  @Override
  public void onAcknowledge(long receivedMessages) throws MalformedFrame {
    if (link != null) {
      link.onAcknowledge(receivedMessages);
    }
  }

  @Override
  public void onGoodbye(String reason) {
    if (link != null) {
      link.onGoodbye(reason);
    }
  }

  /** Counts a fault and gives the stream and its link up. */
  void onFault(FrameFault fault, String detail) {
    node.counters().onFault(fault);
    AeronCarrier owner = link;
    String deed = "sent a frame that was refused (" + fault + ": " + detail + ")";
    if (owner != null && fault == FrameFault.NOT_AUTHENTIC) {
      // Not the peer's doing: whoever it was, the peer and its messages are as they were.
      owner.lose(
          "the link to " + owner.peerName() + " was broken: somebody " + deed, System.nanoTime());
      return;
    }
    refuse();
    if (owner != null) {
      owner.fail(deed);
    }
  }
}
