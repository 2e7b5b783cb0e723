// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.MalformedFrame;
import java.nio.ByteOrder;
import org.agrona.DirectBuffer;

/**
 * Puts the parts of a handshake message together. Takes a constant amount of memory, whatever the
 * parts claim, and none before the first part has been found in order. Single-threaded.
 */
public final class HandshakeAssembly {
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private byte[] payload;
  private int filled;
  private int type;
  private int nextPart;
  private int length;
  private long dialId;

  /**
   * Takes a frame.
   *
   * @return the message if this was its last part, or null
   * @throws MalformedFrame if it is not the part that follows; {@link FrameFault#STALE_STREAM} for
   *     a sealed frame, which follows a handshake that this node does not know
   */
  public HandshakeMessage onFrame(DirectBuffer frame, int offset, int frameBytes)
      throws MalformedFrame {
    if (payload == null
        && frameBytes >= SecureFrameChannel.OVERHEAD_BYTES
        && frame.getByte(offset) == HandshakeMessage.SEALED) {
      throw new MalformedFrame(FrameFault.STALE_STREAM, "a sealed frame where a handshake begins");
    }
    int partBytes = frameBytes - HandshakeMessage.HEADER_BYTES;
    if (partBytes < 1 || partBytes > HandshakeMessage.PART_BYTES) {
      throw bad("a frame of " + frameBytes + " bytes");
    }
    int frameType = frame.getByte(offset);
    if (frameType < HandshakeMessage.INITIATE || frameType > HandshakeMessage.CONFIRM) {
      throw bad("a frame of type " + frameType);
    }
    int version = frame.getShort(offset + 4, ORDER) & 0xFFFF;
    if (version != HandshakeMessage.VERSION) {
      throw new MalformedFrame(
          FrameFault.WRONG_VERSION,
          "handshake version " + version + ", not " + HandshakeMessage.VERSION);
    }
    int total = frame.getShort(offset + 6, ORDER) & 0xFFFF;
    int part = frame.getByte(offset + 1) & 0xFF;
    if (part == 0 && nextPart == 0) {
      begin(frameType, total, frame.getLong(offset + 8, ORDER));
    }
    int due = Math.min(HandshakeMessage.PART_BYTES, length - filled);
    if (payload == null
        || part != nextPart
        || frameType != type
        || total != length
        || frame.getLong(offset + 8, ORDER) != dialId
        || (frame.getByte(offset + 2) & 0xFF) != HandshakeMessage.partCount(length)
        || frame.getByte(offset + 3) != 0
        || partBytes != due) {
      throw bad("a part that is not due");
    }
    frame.getBytes(offset + HandshakeMessage.HEADER_BYTES, payload, filled, partBytes);
    filled += partBytes;
    nextPart++;
    if (filled < length) {
      return null;
    }
    byte[] whole = new byte[length];
    System.arraycopy(payload, 0, whole, 0, length);
    payload = null;
    nextPart = 0;
    return new HandshakeMessage(type, version, dialId, whole);
  }

  private void begin(int frameType, int total, long dial) throws MalformedFrame {
    if (!HandshakeFields.isLengthOf(frameType, total)) {
      throw bad("a message of type " + frameType + " of " + total + " bytes");
    }
    type = frameType;
    length = total;
    dialId = dial;
    filled = 0;
    payload = new byte[HandshakeFields.MAX_PAYLOAD_BYTES];
  }

  private static MalformedFrame bad(String detail) {
    return new MalformedFrame(FrameFault.BAD_HANDSHAKE, detail);
  }
}
