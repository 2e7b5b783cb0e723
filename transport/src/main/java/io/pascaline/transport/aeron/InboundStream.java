package io.pascaline.transport.aeron;

import io.aeron.Image;
import io.aeron.logbuffer.FragmentHandler;
import io.aeron.logbuffer.Header;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.FrameHandler;
import io.pascaline.transport.codec.Handshake;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.link.LinkMessage;
import org.agrona.DirectBuffer;

/**
 * One image: all that one publication of a peer says. After a fault it is refused: drained, so that
 * the peer is not held up, and not looked at. Belongs to the node's agent.
 */
final class InboundStream implements FragmentHandler, FrameHandler {
  private static final int FRAGMENT_LIMIT = 8;

  private final StreamCounters counters = new StreamCounters();
  private final FrameDecoder decoder;
  private final NodeAgent node;
  private final Image image;
  private AeronLink link;
  private boolean refused;

  InboundStream(NodeAgent node, Image image, FrameChannel channel, int maxMessageWords) {
    this.node = node;
    this.image = image;
    this.decoder = new FrameDecoder(channel, maxMessageWords, counters, this);
  }

  /** Whether nothing more can come; Aeron closes an image when its publication is gone. */
  boolean hasEnded() {
    return image.isClosed();
  }

  StreamCounters counters() {
    return counters;
  }

  /** Gives the stream to a link, or to none. */
  void bind(AeronLink owner) {
    link = owner;
  }

  /** Words of memory that an unfinished tensor takes. */
  int heldWords() {
    return decoder.heldWords();
  }

  /** Looks at no further frame, and keeps nothing of those before. */
  void refuse() {
    refused = true;
    link = null;
    decoder.drop();
  }

  int poll(long nowNs) {
    final int fragments = image.poll(this, FRAGMENT_LIMIT);
    if (link != null) {
      if (fragments > 0) {
        link.onReceived(nowNs);
      } else if (image.isClosed() || image.isEndOfStream()) {
        final AeronLink owner = link;
        refuse();
        owner.onLost();
      }
    }
    return fragments;
  }

  @Override
  public void onFragment(DirectBuffer buffer, int offset, int length, Header header) {
    if (refused) {
      return;
    }
    try {
      decoder.onFrame(buffer, offset, length);
    } catch (MalformedFrame e) {
      onFault(e.fault(), e.getMessage());
    } catch (RuntimeException e) {
      node.onError(e);
      onFault(FrameFault.BAD_VALUE, "a frame could not be handled");
    }
  }

  @Override
  public void onHello(LinkMessage.Hello hello, Handshake handshake) {
    node.onHello(this, hello, handshake);
  }

  @Override
  public void onMessage(LinkMessage message) {
    if (link != null) {
      link.onMessage(message);
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
    final AeronLink owner = link;
    refuse();
    if (owner != null) {
      owner.fail("sent a frame that was refused (" + fault + ": " + detail + ")");
    }
  }
}
