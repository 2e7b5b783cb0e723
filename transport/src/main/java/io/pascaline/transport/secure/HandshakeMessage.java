// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One message of a handshake, whole. On the wire it is split into parts, so that each fits any MTU
 * that a link may have; what is signed is its {@link #canonical} form, which knows no parts.
 *
 * @param type one of the constants
 * @param version of the handshake that the sender speaks
 * @param dialId the attempt that it belongs to
 * @param payload its fields; not to be changed
 */
public record HandshakeMessage(int type, int version, long dialId, byte[] payload) {
  /** The version of the handshake that this release speaks, and the only one. */
  public static final int VERSION = 2;

  public static final int INITIATE = 1;
  public static final int RESPOND = 2;
  public static final int CONFIRM = 3;

  /** Type of every frame after the handshake. */
  static final int SEALED = 4;

  /** Bytes before the payload of a part, and before the ciphertext of a sealed frame. */
  static final int HEADER_BYTES = 16;

  /** Most payload bytes of a part; all parts but the last have as many. */
  static final int PART_BYTES = 1_024;

  /** Returns its frames, in their order. */
  List<byte[]> frames() {
    int parts = partCount(payload.length);
    List<byte[]> frames = new ArrayList<>(parts);
    for (int part = 0; part < parts; part++) {
      int from = part * PART_BYTES;
      int length = Math.min(PART_BYTES, payload.length - from);
      frames.add(header(HEADER_BYTES + length, part, parts).put(payload, from, length).array());
    }
    return frames;
  }

  /** Header and payload, as they go into the transcript. */
  byte[] canonical() {
    return header(HEADER_BYTES + payload.length, 0, 0).put(payload).array();
  }

  /** Returns a part of the payload. */
  byte[] slice(int from, int length) {
    return Arrays.copyOfRange(payload, from, from + length);
  }

  ByteBuffer reader() {
    return ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
  }

  static int partCount(int payloadBytes) {
    return (payloadBytes + PART_BYTES - 1) / PART_BYTES;
  }

  private ByteBuffer header(int capacity, int part, int parts) {
    return ByteBuffer.allocate(capacity)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put((byte) type)
        .put((byte) part)
        .put((byte) parts)
        .put((byte) 0)
        .putShort((short) version)
        .putShort((short) payload.length)
        .putLong(dialId);
  }

  @Override
  public String toString() {
    return "HandshakeMessage[type " + type + ", " + payload.length + " bytes]";
  }
}
