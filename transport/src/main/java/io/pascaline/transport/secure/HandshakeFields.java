// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.FrameLimits;
import io.pascaline.transport.codec.MalformedFrame;

/**
 * Where the fields of the handshake's messages lie; docs/wire-format.md has the same in a table.
 */
final class HandshakeFields {
  static final int OWN_KEY = LinkParameters.BYTES;
  static final int PEER_KEY = OWN_KEY + PublicIdentity.KEY_BYTES;
  static final int KEM = PEER_KEY + PublicIdentity.KEY_BYTES;
  static final int REPLY_STREAM = KEM + HybridKem.OFFER_BYTES;
  static final int CHANNEL_LENGTH = REPLY_STREAM + Integer.BYTES;
  static final int CHANNEL = CHANNEL_LENGTH + Short.BYTES;
  static final int RESPOND_SIGNATURE = KEM + HybridKem.ANSWER_BYTES;
  static final int RESPOND_MAC = RESPOND_SIGNATURE + PublicIdentity.SIGNATURE_BYTES;
  static final int CONFIRM_SIGNATURE = 0;
  static final int CONFIRM_MAC = CONFIRM_SIGNATURE + PublicIdentity.SIGNATURE_BYTES;
  static final int MAC_BYTES = Hkdf.HASH_BYTES;
  static final int MAX_PAYLOAD_BYTES =
      CHANNEL + FrameLimits.MAX_CHANNEL_BYTES + PublicIdentity.SIGNATURE_BYTES;

  private HandshakeFields() {}

  /** Returns whether a message of that type can have that many bytes of payload. */
  static boolean isLengthOf(int type, int length) {
    return switch (type) {
      case HandshakeMessage.INITIATE ->
          length > CHANNEL + PublicIdentity.SIGNATURE_BYTES && length <= MAX_PAYLOAD_BYTES;
      case HandshakeMessage.RESPOND, HandshakeMessage.CONFIRM -> length == lengthOf(type);
      default -> false;
    };
  }

  /** Returns the bytes of payload of a Respond or a Confirm. */
  static int lengthOf(int type) {
    return MAC_BYTES + (type == HandshakeMessage.RESPOND ? RESPOND_MAC : CONFIRM_MAC);
  }

  static void requireSuite(HandshakeMessage message) throws MalformedFrame {
    int suite = message.reader().getShort() & 0xFFFF;
    if (suite != LinkParameters.SUITE) {
      throw new MalformedFrame(
          FrameFault.WRONG_VERSION, "suite " + suite + ", not " + LinkParameters.SUITE);
    }
  }

  static MalformedFrame bad(String detail) {
    return new MalformedFrame(FrameFault.BAD_HANDSHAKE, detail);
  }
}
