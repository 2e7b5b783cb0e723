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
  /** What a message is; a switch over it covers them all. */
  enum Kind {
    /** {@link Hello}. */
    HELLO,
    /** {@link EpochStart}. */
    EPOCH_START,
    /** {@link SessionOpen}. */
    SESSION_OPEN,
    /** {@link RequestAbort}. */
    REQUEST_ABORT,
    /** {@link InputShare}. */
    INPUT_SHARE,
    /** {@link OutputShare}. */
    OUTPUT_SHARE,
    /** {@link MaskedTensor}. */
    MASKED_TENSOR,
    /** {@link Correction}. */
    CORRECTION,
    /** {@link Credit}. */
    CREDIT,
    /** {@link Failure}. */
    FAILURE,
    /** {@link SessionCheck}. */
    SESSION_CHECK,
    /** {@link WitnessDigest}. */
    WITNESS_DIGEST
  }

  /**
   * The number of what belongs to no session: the opening of the weights, a question about a
   * request, and the abort of a request that was not admitted.
   */
  long NO_SESSION = -1;

  /**
   * The round of an opening that party 1 sends in the offline phase, for one image whose number no
   * session may have yet. It is of the first round of the layer.
   */
  int IN_ADVANCE = -1;

  /** The epoch in messages about a request that has no session. */
  long NO_EPOCH = 0;

  /** Most images of one session, whatever a party is set to. */
  int MAX_BATCH = 64;

  /** Length of every nonce. */
  int NONCE_BYTES = 16;

  /** Length of a sharing's id. */
  int SHARING_ID_BYTES = 16;

  /** Length of a session's seed, and of a witness's digest. */
  int CHECK_BYTES = 32;

  /** Length of a plan's digest. */
  int PLAN_DIGEST_BYTES = 32;

  /**
   * Longest text of a {@link RequestAbort} or {@link Failure}, in UTF-8; longer ones are truncated.
   */
  int MAX_DETAIL_BYTES = 512;

  /** Returns what the message is. */
  Kind kind();

  /** Returns how many bytes of tensor elements it carries; 0 for other messages. */
  default long payloadBytes() {
    return 0;
  }

  /** Returns the text for people that it carries; empty for messages without one. */
  default String detail() {
    return "";
  }

  /**
   * A message that carries a tensor: 32-bit elements of a share, a masked value or a correction.
   */
  sealed interface Tensor extends LinkMessage {
    /** Returns the elements; they belong to the message's owner. */
    int[] words();

    /** Returns what its bytes are counted as. */
    PayloadKind payloadKind();

    @Override
    default long payloadBytes() {
      return (long) Integer.BYTES * words().length;
    }
  }

  /**
   * First message of either side; sent by the transport itself.
   *
   * @param role what the sender is
   * @param partyId 0 or 1 for a party, -1 otherwise
   * @param nodeId random, new at each start of a node
   * @param protocolVersion must be the same on both sides
   * @param planDigest SHA-256 of the plan, or zeros where the sender has none
   * @param sharingId common to both shares of a sharing, or zeros where the sender has none
   * @param nonce what the sender adds to the epoch's randomness
   * @param maxBatch how many images a party takes in one session, at most {@link #MAX_BATCH}; 0 of
   *     other roles
   */
  record Hello(
      Role role,
      int partyId,
      long nodeId,
      int protocolVersion,
      byte[] planDigest,
      byte[] sharingId,
      byte[] nonce,
      int maxBatch)
      implements LinkMessage {
    /** Checks lengths and the range. */
    public Hello {
      Objects.requireNonNull(role, "role");
      requireLength("planDigest", planDigest, PLAN_DIGEST_BYTES);
      requireLength("sharingId", sharingId, SHARING_ID_BYTES);
      requireLength("nonce", nonce, NONCE_BYTES);
      requireImages("maxBatch", 0, maxBatch);
    }

    /** A Hello of a role that takes no images. */
    public Hello(
        Role role,
        int partyId,
        long nodeId,
        int protocolVersion,
        byte[] planDigest,
        byte[] sharingId,
        byte[] nonce) {
      this(role, partyId, nodeId, protocolVersion, planDigest, sharingId, nonce, 0);
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
    public Kind kind() {
      return Kind.HELLO;
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
    public Kind kind() {
      return Kind.EPOCH_START;
    }

    @Override
    public String toString() {
      return "EpochStart[epoch " + Long.toHexString(epoch) + "]";
    }
  }

  /**
   * A party asks its peer to run the client's request as session (epoch, number).
   *
   * @param number of the session's first image; the others have the numbers that follow
   * @param imageCount images of the session, 1 to {@link #MAX_BATCH}
   */
  record SessionOpen(long epoch, long number, int imageCount, RequestId request, long timeoutMs)
      implements LinkMessage {
    /** Checks that there is a request, and the range. */
    public SessionOpen {
      Objects.requireNonNull(request, "request");
      requireImages("imageCount", 1, imageCount);
    }

    /** A session of one image. */
    public SessionOpen(long epoch, long number, RequestId request, long timeoutMs) {
      this(epoch, number, 1, request, timeoutMs);
    }

    @Override
    public Kind kind() {
      return Kind.SESSION_OPEN;
    }
  }

  /**
   * A session, a request that has none yet, or an epoch ended without a result.
   *
   * @param number of the session's first image; {@link #NO_SESSION} if the request has none, or the
   *     epoch ended
   * @param retryAfterMs when to try again, at most {@link RequestAbort#MAX_RETRY_AFTER_MS}; 0 says
   *     nothing about it
   */
  record RequestAbort(
      long epoch,
      long number,
      RequestId request,
      AbortReason reason,
      String detail,
      long retryAfterMs)
      implements LinkMessage {
    /** Longest time that a client may be told to wait: an hour. */
    public static final long MAX_RETRY_AFTER_MS = 3_600_000;

    /** Returns the end of a request without naming a session, as clients and parties tell it. */
    public static RequestAbort ofRequest(
        RequestId request, AbortReason reason, String detail, long retryAfterMs) {
      return new RequestAbort(NO_EPOCH, NO_SESSION, request, reason, detail, retryAfterMs);
    }

    /** Checks that there is a reason and a text, and the time. */
    public RequestAbort {
      Objects.requireNonNull(request, "request");
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(detail, "detail");
      if (retryAfterMs < 0 || retryAfterMs > MAX_RETRY_AFTER_MS) {
        throw new IllegalArgumentException(
            "retryAfterMs must be 0 to " + MAX_RETRY_AFTER_MS + ": " + retryAfterMs);
      }
    }

    /** An abort that says nothing about trying again. */
    public RequestAbort(
        long epoch, long number, RequestId request, AbortReason reason, String detail) {
      this(epoch, number, request, reason, detail, 0);
    }

    @Override
    public Kind kind() {
      return Kind.REQUEST_ABORT;
    }
  }

  /** The client's inputs, one share per party: the words of all images, one after the other. */
  record InputShare(RequestId request, long timeoutMs, int[] words) implements Tensor {
    /** Checks that there are a request and words. */
    public InputShare {
      Objects.requireNonNull(request, "request");
      Objects.requireNonNull(words, "words");
    }

    @Override
    public Kind kind() {
      return Kind.INPUT_SHARE;
    }

    @Override
    public PayloadKind payloadKind() {
      return PayloadKind.INPUT_SHARE;
    }

    @Override
    public String toString() {
      return "InputShare[" + words.length + " words]";
    }
  }

  /** The results, one share per party: the words of all images, one after the other. */
  record OutputShare(RequestId request, int[] words) implements Tensor {
    /** Checks that there are a request and words. */
    public OutputShare {
      Objects.requireNonNull(request, "request");
      Objects.requireNonNull(words, "words");
    }

    @Override
    public Kind kind() {
      return Kind.OUTPUT_SHARE;
    }

    @Override
    public PayloadKind payloadKind() {
      return PayloadKind.OUTPUT_SHARE;
    }

    @Override
    public String toString() {
      return "OutputShare[" + words.length + " words]";
    }
  }

  /**
   * One opening between the parties: the words of all images of a session, one after the other.
   *
   * @param number of the session's first image; {@link #NO_SESSION} for the opening of the weights
   * @param round within the layer, from 0; {@link #IN_ADVANCE} if it is sent in the offline phase
   */
  record MaskedTensor(long epoch, long number, int layer, int round, int[] words)
      implements Tensor {
    /** Checks that there are words. */
    public MaskedTensor {
      Objects.requireNonNull(words, "words");
    }

    @Override
    public Kind kind() {
      return Kind.MASKED_TENSOR;
    }

    @Override
    public PayloadKind payloadKind() {
      return payloadKind(number, round);
    }

    /** Returns what the bytes of a masked tensor with that number and round are counted as. */
    public static PayloadKind payloadKind(long number, int round) {
      if (number == NO_SESSION) {
        return PayloadKind.SETUP;
      }
      return round == IN_ADVANCE ? PayloadKind.ADVANCE_OPENING : PayloadKind.MASKED_TENSOR;
    }

    /** Returns whether it was sent in the offline phase. */
    public boolean isInAdvance() {
      return round == IN_ADVANCE;
    }

    @Override
    public String toString() {
      return "MaskedTensor[number "
          + number
          + ", layer "
          + layer
          + ", round "
          + round
          + ", "
          + words.length
          + " words]";
    }
  }

  /**
   * The dealer's correction of one layer for one image.
   *
   * @param number of the image
   */
  record Correction(long epoch, long number, int layer, int[] words) implements Tensor {
    /** Checks that there are words. */
    public Correction {
      Objects.requireNonNull(words, "words");
    }

    @Override
    public Kind kind() {
      return Kind.CORRECTION;
    }

    @Override
    public PayloadKind payloadKind() {
      return PayloadKind.CORRECTION;
    }

    @Override
    public String toString() {
      return "Correction[number " + number + ", layer " + layer + ", " + words.length + " words]";
    }
  }

  /**
   * A party's grant to the dealer, for corrections, or that of party 0 to party 1, for openings in
   * advance.
   *
   * @param grantedBytesTotal all bytes ever granted for the layer in the epoch; never falls
   */
  record Credit(long epoch, int layer, long grantedBytesTotal) implements LinkMessage {
    @Override
    public Kind kind() {
      return Kind.CREDIT;
    }
  }

  /** The sender will not work with the receiver. */
  record Failure(FailureCode code, String detail) implements LinkMessage {
    /** Checks that there is a code and a text. */
    public Failure {
      Objects.requireNonNull(code, "code");
      Objects.requireNonNull(detail, "detail");
    }

    @Override
    public Kind kind() {
      return Kind.FAILURE;
    }
  }

  /** What parties tell each other to check the dealer. */
  sealed interface OfCheck extends LinkMessage {
    /** Returns the epoch that it belongs to. */
    long epoch();
  }

  /**
   * A party discards an image's number to check what the dealer dealt for it, and reveals what its
   * masks for that number derive from. No session has the number.
   *
   * @param number that is checked; with {@link #NO_SESSION} the sender asks for a check
   */
  record SessionCheck(long epoch, long number, byte[] seed) implements OfCheck {
    /** Checks the length. */
    public SessionCheck {
      requireLength("seed", seed, CHECK_BYTES);
    }

    /** Returns the request of party 1 for a check. */
    public static SessionCheck request(long epoch) {
      return new SessionCheck(epoch, NO_SESSION, new byte[CHECK_BYTES]);
    }

    @Override
    public Kind kind() {
      return Kind.SESSION_CHECK;
    }

    @Override
    public String toString() {
      return "SessionCheck[number " + number + "]";
    }
  }

  /**
   * The digest of a party's witness of one layer for a number that is checked.
   *
   * @param number that is checked
   */
  record WitnessDigest(long epoch, long number, int layer, byte[] digest) implements OfCheck {
    /** Checks the length. */
    public WitnessDigest {
      requireLength("digest", digest, CHECK_BYTES);
    }

    @Override
    public Kind kind() {
      return Kind.WITNESS_DIGEST;
    }

    @Override
    public String toString() {
      return "WitnessDigest[number " + number + ", layer " + layer + "]";
    }
  }

  private static void requireImages(String name, int min, int count) {
    if (count < min || count > MAX_BATCH) {
      throw new IllegalArgumentException(
          name + " must be " + min + " to " + MAX_BATCH + ": " + count);
    }
  }

  private static void requireLength(String name, byte[] bytes, int length) {
    if (bytes.length != length) {
      throw new IllegalArgumentException(name + " has " + bytes.length + " bytes, not " + length);
    }
  }
}
