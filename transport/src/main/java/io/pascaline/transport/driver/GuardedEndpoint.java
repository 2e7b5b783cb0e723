// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.driver.DataPacketDispatcher;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.media.ReceiveChannelEndpoint;
import io.aeron.driver.media.UdpChannel;
import io.aeron.driver.media.UdpTransportPoller;
import io.aeron.logbuffer.FrameDescriptor;
import io.aeron.protocol.DataHeaderFlyweight;
import io.aeron.protocol.SetupFlyweight;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.BitUtil;
import org.agrona.concurrent.UnsafeBuffer;
import org.agrona.concurrent.status.AtomicCounter;

/**
 * A UDP port that believes less than Aeron's own. A stranger's setup there decides how much memory
 * the driver maps, up to 3 GiB for 40 bytes, and one that the driver cannot use is remembered for
 * good; frames are put into the log as long as they say they are, and half a term ahead. All that
 * is checked here, before the driver acts on it. Belongs to the driver's receiver.
 */
final class GuardedEndpoint extends ReceiveChannelEndpoint {
  private static final int MIN_TERM_BYTES = 1 << 16;
  private static final int ALIGNMENT = FrameDescriptor.FRAME_ALIGNMENT;

  /** Datagrams of at least this length are not heartbeats of a link. */
  private static final int LONG_BYTES = 1_024;

  private static final int MIN_MTU_BYTES = 2 * DataHeaderFlyweight.HEADER_LENGTH;

  private final StreamBudget budget = new StreamBudget();
  private final StreamGate gate = new StreamGate();
  private final int maxTermBytes;
  private final LongAdder refused;
  private final SocketWatch watch;
  private final Runnable onPart;

  GuardedEndpoint(
      UdpChannel channel,
      DataPacketDispatcher dispatcher,
      AtomicCounter statusIndicator,
      MediaDriver.Context context,
      int maxTermBytes,
      LongAdder refused,
      SocketWatch watch,
      Runnable onPart) {
    super(channel, dispatcher, statusIndicator, context);
    this.maxTermBytes = maxTermBytes;
    this.refused = refused;
    this.watch = watch;
    this.onPart = onPart;
  }

  @Override
  public void registerForRead(UdpTransportPoller poller) {
    super.registerForRead(poller);
    watch.onOpened(receiveDatagramChannel());
  }

  @Override
  public void close() {
    super.close();
    watch.onClosed();
  }

  /** Returns what nodes say of the streams that come in here. */
  StreamGate gate() {
    return gate;
  }

  @Override
  public void onSetupMessage(
      SetupFlyweight header,
      UnsafeBuffer buffer,
      int length,
      InetSocketAddress source,
      int transportIndex) {
    if (length >= SetupFlyweight.HEADER_LENGTH
        && isUsable(header)
        && gate.takesSetup(header.streamId(), header.sessionId())
        && budget.takes(source.getAddress(), header.sessionId(), System.nanoTime())) {
      gate.begin(
          header.streamId(),
          header.sessionId(),
          header.activeTermId(),
          header.termOffset(),
          header.termLength());
      super.onSetupMessage(header, buffer, length, source, transportIndex);
    } else {
      refused.increment();
    }
  }

  private boolean isUsable(SetupFlyweight header) {
    int termBytes = header.termLength();
    int mtuBytes = header.mtuLength();
    int termOffset = header.termOffset();
    return termBytes >= MIN_TERM_BYTES
        && termBytes <= maxTermBytes
        && BitUtil.isPowerOfTwo(termBytes)
        && mtuBytes >= MIN_MTU_BYTES
        && mtuBytes <= Channels.LARGE_MTU_BYTES
        && mtuBytes % ALIGNMENT == 0
        && termOffset >= 0
        && termOffset <= termBytes
        && termOffset % ALIGNMENT == 0
        && header.activeTermId() - header.initialTermId() >= 0;
  }

  @Override
  public int onDataPacket(
      DataHeaderFlyweight header,
      UnsafeBuffer buffer,
      int length,
      InetSocketAddress source,
      int transportIndex) {
    boolean heartbeat = isHeartbeat(header, length);
    if (heartbeat && (header.flags() & DataHeaderFlyweight.EOS_FLAG) != 0) {
      return gate.takesEnd(header.streamId(), header.sessionId())
          ? super.onDataPacket(header, buffer, length, source, transportIndex)
          : 0;
    }
    int span = heartbeat ? length : span(buffer, length);
    if (span > 0
        && gate.takes(
            header.streamId(), header.sessionId(), header.termId(), header.termOffset(), span)) {
      if (span >= LONG_BYTES) {
        onPart.run();
      }
      return super.onDataPacket(header, buffer, length, source, transportIndex);
    }
    if (!gate.isOver(header.streamId(), header.sessionId())) {
      refused.increment();
    }
    return 0;
  }

  private static boolean isHeartbeat(DataHeaderFlyweight header, int length) {
    return length == DataHeaderFlyweight.HEADER_LENGTH && header.frameLength() == 0;
  }

  /**
   * Returns the bytes of the log that the frames of a datagram take; -1 if they are not as long as
   * they say. Padding is sent without its body.
   */
  private int span(UnsafeBuffer buffer, int length) {
    int at = 0;
    while (length - at >= DataHeaderFlyweight.HEADER_LENGTH) {
      int frameBytes = FrameDescriptor.frameLength(buffer, at);
      if (frameBytes < DataHeaderFlyweight.HEADER_LENGTH || frameBytes > maxTermBytes) {
        return -1;
      }
      int end = at + BitUtil.align(frameBytes, ALIGNMENT);
      if (FrameDescriptor.isPaddingFrame(buffer, at)) {
        return length - at == DataHeaderFlyweight.HEADER_LENGTH ? end : -1;
      }
      at = end;
    }
    return at == length ? at : -1;
  }
}
