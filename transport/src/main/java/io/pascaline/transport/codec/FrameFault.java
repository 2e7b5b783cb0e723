// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import java.util.EnumSet;
import java.util.Set;

/** Why a received frame was refused; counted per node. */
public enum FrameFault {
  /** Shorter than a header. */
  TOO_SHORT,
  /** The secure channel did not accept it. */
  NOT_AUTHENTIC,
  /** Not of this schema. */
  UNKNOWN_SCHEMA,
  /** No message of this schema has its template id. */
  UNKNOWN_MESSAGE,
  /** Its lengths do not add up. */
  BAD_LENGTH,
  /** A field has a value that it cannot have. */
  BAD_VALUE,
  /** Its sequence number is not the next. */
  OUT_OF_SEQUENCE,
  /** It is not the chunk that follows, or comes between two chunks of a tensor. */
  OUT_OF_ORDER,
  /** A tensor larger than this node takes. */
  OVERSIZED,
  /** A chunk names another sender than the stream's hello. */
  WRONG_SENDER,
  /** Something else than a hello starts the stream. */
  HELLO_EXPECTED,
  /** A second hello on one stream, or an answer nobody waits for. */
  HELLO_UNEXPECTED,
  /** It acknowledges what was never sent, or takes back what was acknowledged. */
  BAD_ACKNOWLEDGEMENT,
  /** A stream after the last link that the node allows. */
  TOO_MANY_LINKS,
  /** No message of the handshake, or not the one that is due. */
  BAD_HANDSHAKE,
  /** A handshake of another version or suite. */
  WRONG_VERSION,
  /** An identity that is not pinned, or pinned for another role than the one it claims. */
  UNKNOWN_IDENTITY,
  /** A signature or key confirmation of a handshake is invalid. */
  BAD_SIGNATURE,
  /**
   * Of an earlier connection: a sealed frame where a handshake begins, as after a restart of this
   * node, or an answer to an attempt that is over. Ordinary.
   */
  STALE_STREAM,
  /** The first message of a handshake that was seen before. */
  REPLAYED,
  /** A handshake beyond what the node takes at a time. */
  HANDSHAKE_LIMIT;

  private static final Set<FrameFault> OF_AUTHENTICATION =
      EnumSet.of(
          NOT_AUTHENTIC, BAD_HANDSHAKE, WRONG_VERSION, UNKNOWN_IDENTITY, BAD_SIGNATURE, REPLAYED);

  /** Returns whether the sender failed to show that it is pinned. */
  public boolean isOfAuthentication() {
    return OF_AUTHENTICATION.contains(this);
  }
}
