// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.FrameLimits;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.link.LinkAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * The responder's side: takes Initiate, sends Respond, takes Confirm. An invalid message ends it.
 * Checks go from cheap to expensive: lengths and versions, identities, replay, the node's budget,
 * one signature; only then are keys made.
 */
public final class ResponderHandshake extends KeyExchange {
  private final LinkSecurity.Secured security;
  private final LinkParameters own;
  private final HandshakeGate gate;
  private final SecureRandom random;
  private final LongSupplier clockNs;
  private final FrameArrays arrays;
  private final Transcript transcript = new Transcript();
  private PinnedPeers.Peer peer;
  private LinkParameters peerParameters;
  private HelloOpening opening;
  private KeySchedule keys;

  /**
   * Waits for a first message.
   *
   * @param arrays where the channel seals and opens frames. The thread that runs the handshake owns
   *     them.
   */
  public ResponderHandshake(
      LinkSecurity.Secured security,
      LinkParameters own,
      HandshakeGate gate,
      SecureRandom random,
      LongSupplier clockNs,
      FrameArrays arrays) {
    super(State.LISTENING);
    this.security = security;
    this.own = own;
    this.gate = gate;
    this.random = random;
    this.clockNs = clockNs;
    this.arrays = arrays;
  }

  @Override
  State onFault(State before) {
    return State.FAILED;
  }

  @Override
  State onDue(State before, HandshakeMessage message, long nowNs) throws MalformedFrame {
    if (before == State.LISTENING) {
      onInitiate(message, nowNs);
      return State.RESPONDED;
    }
    onConfirm(message);
    return State.ESTABLISHED;
  }

  private void onInitiate(HandshakeMessage message, long nowNs) throws MalformedFrame {
    HandshakeFields.requireSuite(message);
    PublicIdentity self = security.own().publicIdentity();
    if (!self.isAt(message.payload(), HandshakeFields.PEER_KEY)) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY, "a handshake with another identity than this node's");
    }
    byte[] claimed = message.slice(HandshakeFields.OWN_KEY, PublicIdentity.KEY_BYTES);
    peer = security.peers().find(claimed);
    peerParameters = peer == null ? null : LinkParameters.read(message.reader(), peer);
    if (peerParameters == null) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY,
          peer == null
              ? "identity " + PublicIdentity.text(claimed) + " is not pinned"
              : "identity " + peer.identity() + " is pinned for " + peer.name() + " only");
    }
    opening = opening(message);
    byte[] first = transcript.digestUpTo(message, message.payload().length);
    gate.requireNew(first);
    gate.spend(nowNs);
    int signatureAt = message.payload().length - PublicIdentity.SIGNATURE_BYTES;
    byte[] digest = transcript.digestUpTo(message, signatureAt);
    byte[] signature = message.slice(signatureAt, PublicIdentity.SIGNATURE_BYTES);
    if (!peer.identity().verifies(KeySchedule.SIGN_INITIATE, digest, signature)) {
      throw new MalformedFrame(
          FrameFault.BAD_SIGNATURE, "the signature of the first message is invalid");
    }
    gate.remember(first);
    transcript.append(message);
    respond(message);
  }

  private static HelloOpening opening(HandshakeMessage message) throws MalformedFrame {
    ByteBuffer reader = message.reader().position(HandshakeFields.REPLY_STREAM);
    int stream = reader.getInt();
    int length = reader.getShort() & 0xFFFF;
    int room = message.payload().length - HandshakeFields.CHANNEL - PublicIdentity.SIGNATURE_BYTES;
    if (length != room || length > FrameLimits.MAX_CHANNEL_BYTES) {
      throw HandshakeFields.bad("a reply channel of " + length + " bytes");
    }
    byte[] channel = message.slice(HandshakeFields.CHANNEL, length);
    for (byte character : channel) {
      if (character <= ' ') {
        throw HandshakeFields.bad("the reply channel is not printable");
      }
    }
    return new HelloOpening(
        message.dialId(),
        false,
        new LinkAddress(new String(channel, StandardCharsets.US_ASCII), stream));
  }

  private void respond(HandshakeMessage message) throws MalformedFrame {
    HybridKem.Answered answered;
    try {
      answered =
          HybridKem.answer(message.slice(HandshakeFields.KEM, HybridKem.OFFER_BYTES), random);
    } catch (IllegalArgumentException e) {
      throw HandshakeFields.bad("an offer that cannot be answered");
    }
    HandshakeMessage reply =
        new HandshakeMessage(
            HandshakeMessage.RESPOND,
            HandshakeMessage.VERSION,
            message.dialId(),
            new byte[HandshakeFields.lengthOf(HandshakeMessage.RESPOND)]);
    ByteBuffer buffer = ByteBuffer.wrap(reply.payload()).order(ByteOrder.LITTLE_ENDIAN);
    own.put(buffer);
    security.own().publicIdentity().put(buffer);
    peer.identity().put(buffer);
    buffer.put(answered.answer());
    byte[] digest = transcript.digestUpTo(reply, HandshakeFields.RESPOND_SIGNATURE);
    buffer.put(security.own().sign(KeySchedule.SIGN_RESPOND, digest));
    keys = new KeySchedule(answered.secret(), digest);
    buffer.put(keys.responderMac(transcript.digestUpTo(reply, HandshakeFields.RESPOND_MAC)));
    transcript.append(reply);
    send(reply);
  }

  private void onConfirm(HandshakeMessage message) throws MalformedFrame {
    if (message.dialId() != opening.dialId()) {
      throw HandshakeFields.bad("a confirmation of another attempt");
    }
    byte[] mac = keys.initiatorMac(transcript.digestUpTo(message, HandshakeFields.CONFIRM_MAC));
    byte[] digest = transcript.digestUpTo(message, HandshakeFields.CONFIRM_SIGNATURE);
    byte[] signature =
        message.slice(HandshakeFields.CONFIRM_SIGNATURE, PublicIdentity.SIGNATURE_BYTES);
    if (!MessageDigest.isEqual(
            mac, message.slice(HandshakeFields.CONFIRM_MAC, HandshakeFields.MAC_BYTES))
        || !peer.identity().verifies(KeySchedule.SIGN_CONFIRM, digest, signature)) {
      throw new MalformedFrame(FrameFault.BAD_SIGNATURE, "the confirmation is invalid");
    }
    transcript.append(message);
    byte[] whole = transcript.digest();
    SecureFrameChannel channel =
        new SecureFrameChannel(
            keys.fromResponder(whole),
            keys.fromInitiator(whole),
            security.rekey(),
            clockNs,
            arrays);
    establish(keys, whole, channel);
    keys = null;
  }

  /** Returns the attempt, and where the initiator is answered; only after the first message. */
  public HelloOpening opening() {
    return opening;
  }

  @Override
  public PinnedPeers.Peer peer() {
    return peer;
  }

  @Override
  public LinkParameters peerParameters() {
    return peerParameters;
  }

  @Override
  public void erase() {
    if (keys != null) {
      keys.erase();
      keys = null;
    }
  }
}
