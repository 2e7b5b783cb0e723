// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameChannel;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.function.LongSupplier;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Frames sealed with AES-256-GCM. A sealed frame has a header with the key's generation and the
 * frame's counter, the ciphertext, and a tag of 16 bytes. The tag authenticates the header, too. A
 * received frame must have exactly the next counter: the carrier keeps order, so anything else is a
 * replay, a loss or an attack. The first frame that is not authentic breaks the channel: it opens
 * no frame after that. For the thread that owns its arrays.
 *
 * <p>Cost: one pass of AES-GCM and one copy per frame and direction; nothing is allocated here,
 * some 2 KiB per frame by the JDK's cipher.
 */
public final class SecureFrameChannel implements FrameChannel {
  /** What sealing adds to a frame. */
  public static final int OVERHEAD_BYTES = HandshakeMessage.HEADER_BYTES + 16;

  private static final int HEADER = HandshakeMessage.HEADER_BYTES;
  private static final int TAG_BITS = 128;
  private static final int GENERATION_AT = 4;
  private static final int COUNTER_AT = 8;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /** No Aeron frame is longer. */
  private static final int MAX_FRAME_BYTES = 1 << 16;

  private final Cipher sealing = cipher();
  private final Cipher opening = cipher();
  private final UnsafeBuffer outgoing = new UnsafeBuffer(new byte[0]);
  private final byte[] header = new byte[HEADER];
  private final UnsafeBuffer headerView = new UnsafeBuffer(header);
  private final byte[] nonce = new byte[DirectionKeys.IV_BYTES];
  private final RekeyPolicy rekey;
  private final LongSupplier clockNs;
  private final FrameArrays arrays;
  private DirectionKeys sendKeys;
  private DirectionKeys receiveKeys;
  private long sendCounter;
  private long receiveCounter;
  private long sealedBytes;
  private long keySinceNs;
  private boolean broken;

  SecureFrameChannel(
      DirectionKeys sendKeys,
      DirectionKeys receiveKeys,
      RekeyPolicy rekey,
      LongSupplier clockNs,
      FrameArrays arrays) {
    this.sendKeys = sendKeys;
    this.receiveKeys = receiveKeys;
    this.rekey = rekey;
    this.clockNs = clockNs;
    this.arrays = arrays;
    this.keySinceNs = clockNs.getAsLong();
  }

  /** Returns how often the sending key was replaced. */
  public int sendGeneration() {
    return sendKeys.generation();
  }

  /** Returns how often the peer replaced its key. */
  public int receiveGeneration() {
    return receiveKeys.generation();
  }

  @Override
  public int overheadLength() {
    return OVERHEAD_BYTES;
  }

  @Override
  public MutableDirectBuffer plainBuffer(MutableDirectBuffer frame, int plainLength) {
    arrays.reserveForSealing(plainLength, OVERHEAD_BYTES);
    outgoing.wrap(arrays.plainOut(), 0, plainLength);
    return outgoing;
  }

  @Override
  public int plainOffset(int offset) {
    return 0;
  }

  @Override
  public void seal(MutableDirectBuffer frame, int offset, int length) {
    long nowNs = clockNs.getAsLong();
    if (sealedBytes + length > rekey.frameBytes() || nowNs - keySinceNs > rekey.ageNs()) {
      advance(nowNs);
    }
    try {
      putHeader(sendKeys.generation(), sendCounter);
      sendKeys.nonce(sendCounter, nonce);
      sealing.init(Cipher.ENCRYPT_MODE, sendKeys.key(), new GCMParameterSpec(TAG_BITS, nonce));
      sealing.updateAAD(header);
      sealing.doFinal(arrays.plainOut(), 0, length - OVERHEAD_BYTES, arrays.sealedOut(), 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM does not take a frame of " + length + " bytes", e);
    }
    frame.putBytes(offset, header);
    frame.putBytes(offset + HEADER, arrays.sealedOut(), 0, length - HEADER);
    sendCounter++;
    sealedBytes += length;
  }

  @Override
  public boolean open(DirectBuffer frame, int offset, int length, UnsafeBuffer plain) {
    if (broken) {
      return false;
    }
    broken = !opens(frame, offset, length, plain);
    return !broken;
  }

  private boolean opens(DirectBuffer frame, int offset, int length, UnsafeBuffer plain) {
    if (length < OVERHEAD_BYTES || length > MAX_FRAME_BYTES) {
      return false;
    }
    int generation = frame.getInt(offset + GENERATION_AT, ORDER);
    putHeader(generation, receiveCounter);
    for (int i = 0; i < HEADER; i++) {
      if (frame.getByte(offset + i) != header[i]) {
        return false;
      }
    }
    int steps = generation - receiveKeys.generation();
    if (steps != 0 && steps != 1) {
      return false;
    }
    DirectionKeys keys = steps == 0 ? receiveKeys : receiveKeys.advanced();
    int sealedLength = length - HEADER;
    arrays.reserveForOpening(sealedLength);
    frame.getBytes(offset + HEADER, arrays.sealedIn(), 0, sealedLength);
    try {
      keys.nonce(receiveCounter, nonce);
      opening.init(Cipher.DECRYPT_MODE, keys.key(), new GCMParameterSpec(TAG_BITS, nonce));
      opening.updateAAD(header);
      opening.doFinal(arrays.sealedIn(), 0, sealedLength, arrays.plainIn(), 0);
    } catch (AEADBadTagException e) {
      return false;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("AES-GCM does not take a frame of " + length + " bytes", e);
    }
    if (steps == 1) {
      receiveKeys.erase();
      receiveKeys = keys;
    }
    receiveCounter++;
    plain.wrap(arrays.plainIn(), 0, length - OVERHEAD_BYTES);
    return true;
  }

  private void advance(long nowNs) {
    DirectionKeys next = sendKeys.advanced();
    sendKeys.erase();
    sendKeys = next;
    sealedBytes = 0;
    keySinceNs = nowNs;
  }

  private void putHeader(int generation, long counter) {
    headerView.putByte(0, (byte) HandshakeMessage.SEALED);
    headerView.putInt(GENERATION_AT, generation, ORDER);
    headerView.putLong(COUNTER_AT, counter, ORDER);
  }

  private static Cipher cipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has AES-GCM", e);
    }
  }
}
