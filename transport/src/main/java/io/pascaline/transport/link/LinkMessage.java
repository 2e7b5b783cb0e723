// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

import java.util.Objects;

/**
 * What travels on a link. Arrays change owner with the message: a sender forgets them, a receiver
 * may keep or overwrite them. Equality of the array components is identity; {@code toString} prints
 * sizes, never contents.
 */
public sealed interface LinkMessage {
  /** The number in messages about a request that has no session. */
  long NO_SESSION = -1;

  /** The epoch in messages about a request that has no session. */
  long NO_EPOCH = 0;

  /** Length of every nonce. */
  int NONCE_BYTES = 16;

  /** Length of a sharing's id. */
  int SHARING_ID_BYTES = 16;

  /** Length of a plan's digest. */
  int PLAN_DIGEST_BYTES = 32;

  /** Longest text of a {@link RequestAbort} or {@link Failure}, in UTF-8; longer ones are cut. */
  int MAX_DETAIL_BYTES = 512;

  /**
   * First message of either side; sent by the transport itself.
   *
   * @param role what the sender is
   * @param partyId 0 or 1 for a party, -1 otherwise
   * @param nodeId random, new at each start of a node
   * @param protocolVersion must be the same on both sides
   * @param planDigest SHA-256 of the plan, or zeros where the sender has none
   * @param sharingId common to the two halves of a sharing, or zeros where the sender has none
   * @param nonce the sender's share of the epoch's randomness
   */
  record Hello(
      Role role,
      int partyId,
      long nodeId,
      int protocolVersion,
      byte[] planDigest,
      byte[] sharingId,
      byte[] nonce)
      implements LinkMessage {
    /** Checks lengths. */
    public Hello {
      Objects.requireNonNull(role, "role");
      requireLength("planDigest", planDigest, PLAN_DIGEST_BYTES);
      requireLength("sharingId", sharingId, SHARING_ID_BYTES);
      requireLength("nonce", nonce, NONCE_BYTES);
    }

    /** Role and id for people, such as {@code party 1}. */
    public String name() {
      return switch (role) {
        case CLIENT -> "client";
        case PARTY -> "party " + partyId;
        case DEALER -> "dealer";
      };
    }

    @Override
    public String toString() {
      return "Hello[" + name() + ", version " + protocolVersion + "]";
    }
  }

  /**
   * The dealer opens an epoch; the nonces are those of the Hellos it goes back to. The confirmation
   * is derived from the key that the dealer shares with the receiver, so that two different keys
   * are noticed before anything is computed with them.
   */
  record EpochStart(
      long epoch,
      byte[] dealerNonce,
      byte[] party0Nonce,
      byte[] party1Nonce,
      byte[] keyConfirmation)
      implements LinkMessage {
    /** Checks lengths. */
    public EpochStart {
      requireLength("dealerNonce", dealerNonce, NONCE_BYTES);
      requireLength("party0Nonce", party0Nonce, NONCE_BYTES);
      requireLength("party1Nonce", party1Nonce, NONCE_BYTES);
      requireLength("keyConfirmation", keyConfirmation, NONCE_BYTES);
    }

    @Override
    public String toString() {
      return "EpochStart[epoch " + Long.toHexString(epoch) + "]";
    }
  }

  /** A party asks its peer to run the client's request as session (epoch, number). */
  record SessionOpen(long epoch, long number, long requestHigh, long requestLow, long timeoutMs)
      implements LinkMessage {}

  /**
   * A session, or a request that has none yet, ended without a result.
   *
   * @param retryAfterMs when to try again, at most {@link RequestAbort#MAX_RETRY_AFTER_MS}; 0 says
   *     nothing about it
   */
  record RequestAbort(
      long epoch,
      long number,
      long requestHigh,
      long requestLow,
      AbortReason reason,
      String detail,
      long retryAfterMs)
      implements LinkMessage {
    /** Longest time that a client may be told to wait: an hour. */
    public static final long MAX_RETRY_AFTER_MS = 3_600_000;

    /** Returns the end of a request without naming a session, as clients and parties tell it. */
    public static RequestAbort ofRequest(
        RequestId request, AbortReason reason, String detail, long retryAfterMs) {
      return new RequestAbort(
          NO_EPOCH, NO_SESSION, request.high(), request.low(), reason, detail, retryAfterMs);
    }

    /** Checks that there is a reason and a text, and the time. */
    public RequestAbort {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(detail, "detail");
      if (retryAfterMs < 0 || retryAfterMs > MAX_RETRY_AFTER_MS) {
        throw new IllegalArgumentException(
            "retryAfterMs must be 0 to " + MAX_RETRY_AFTER_MS + ": " + retryAfterMs);
      }
    }

    /** An abort that says nothing about trying again. */
    public RequestAbort(
        long epoch,
        long number,
        long requestHigh,
        long requestLow,
        AbortReason reason,
        String detail) {
      this(epoch, number, requestHigh, requestLow, reason, detail, 0);
    }
  }

  /** The client's input, one half per party. */
  record InputShare(long requestHigh, long requestLow, long timeoutMs, int[] words)
      implements LinkMessage {
    /** Checks that there are words. */
    public InputShare {
      Objects.requireNonNull(words, "words");
    }

    @Override
    public String toString() {
      return "InputShare[" + words.length + " words]";
    }
  }

  /** The result, one half per party. */
  record OutputShare(long requestHigh, long requestLow, int[] words) implements LinkMessage {
    /** Checks that there are words. */
    public OutputShare {
      Objects.requireNonNull(words, "words");
    }

    @Override
    public String toString() {
      return "OutputShare[" + words.length + " words]";
    }
  }

  /** One opening between the parties; number -1 is the opening of the weights. */
  record MaskedTensor(long epoch, long number, int layer, int step, int[] words)
      implements LinkMessage {
    /** Checks that there are words. */
    public MaskedTensor {
      Objects.requireNonNull(words, "words");
    }

    @Override
    public String toString() {
      return "MaskedTensor[number "
          + number
          + ", layer "
          + layer
          + ", step "
          + step
          + ", "
          + words.length
          + " words]";
    }
  }

  /** The dealer's correction of one layer of one session. */
  record Correction(long epoch, long number, int layer, int[] words) implements LinkMessage {
    /** Checks that there are words. */
    public Correction {
      Objects.requireNonNull(words, "words");
    }

    @Override
    public String toString() {
      return "Correction[number " + number + ", layer " + layer + ", " + words.length + " words]";
    }
  }

  /**
   * A party's grant to the dealer.
   *
   * @param grantedBytesTotal all bytes ever granted for the layer in the epoch; never falls
   */
  record Credit(long epoch, int layer, long grantedBytesTotal) implements LinkMessage {}

  /** The sender will not work with the receiver. */
  record Failure(FailureCode code, String detail) implements LinkMessage {
    /** Checks that there is a code and a text. */
    public Failure {
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(detail, "detail");
    }
  }

  private static void requireLength(String name, byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(name + " has " + bytes.length + " bytes, not " + length);
    }
  }
}
