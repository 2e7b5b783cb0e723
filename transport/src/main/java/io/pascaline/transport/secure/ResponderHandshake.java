// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameChannel;
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
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The side that listens: takes Initiate, sends Respond, takes Confirm. What does not hold ends it.
 * Checks go from cheap to dear: lengths and versions, identities, replay, the node's budget, one
 * signature; only then are keys made.
 */
public final class ResponderHandshake extends KeyExchange {
  private enum State {
    LISTENING,
    RESPONDED,
    ESTABLISHED,
    FAILED
  }

  private final LinkSecurity.Secured security;
  private final LinkParameters own;
  private final HandshakeGate gate;
  private final SecureRandom random;
  private final LongSupplier clockNs;
  private State state = State.LISTENING;
  private PinnedPeers.Peer peer;
  private LinkParameters peerParameters;
  private HelloOpening opening;
  private byte[] initiate;
  private byte[] respond;
  private KeySchedule keys;
  private SecureFrameChannel channel;

  /** Waits for a first message. */
  public ResponderHandshake(
      LinkSecurity.Secured security,
      LinkParameters own,
      HandshakeGate gate,
      SecureRandom random,
      LongSupplier clockNs) {
    this.security = security;
    this.own = own;
    this.gate = gate;
    this.random = random;
    this.clockNs = clockNs;
  }

  @Override
  public void onMessage(HandshakeMessage message, long nowNs) throws MalformedFrame {
    State before = state;
    state = State.FAILED;
    if (before == State.LISTENING && message.type() == HandshakeMessage.INITIATE) {
      onInitiate(message, nowNs);
      state = State.RESPONDED;
    } else if (before == State.RESPONDED && message.type() == HandshakeMessage.CONFIRM) {
      onConfirm(message);
      state = State.ESTABLISHED;
    } else {
      throw HandshakeFields.bad("message " + message.type() + " is not due");
    }
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
    initiate = message.canonical();
    byte[] first = KeySchedule.digest(initiate);
    gate.requireNew(first);
    gate.spend(nowNs);
    int signatureAt = initiate.length - PublicIdentity.SIGNATURE_BYTES;
    byte[] digest = KeySchedule.digest(Arrays.copyOf(initiate, signatureAt));
    byte[] signature = Arrays.copyOfRange(initiate, signatureAt, initiate.length);
    if (!peer.identity().verifies(KeySchedule.SIGN_INITIATE, digest, signature)) {
      throw new MalformedFrame(
          FrameFault.BAD_SIGNATURE, "the signature of the first message does not hold");
    }
    gate.remember(first);
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
    byte[] payload = new byte[HandshakeFields.respondBytes()];
    ByteBuffer buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    own.put(buffer);
    security.own().publicIdentity().put(buffer);
    peer.identity().put(buffer);
    buffer.put(answered.answer());
    HandshakeMessage reply =
        new HandshakeMessage(
            HandshakeMessage.RESPOND, HandshakeMessage.VERSION, message.dialId(), payload);
    int signatureAt = HandshakeMessage.HEADER_BYTES + HandshakeFields.RESPOND_SIGNATURE;
    byte[] digest = KeySchedule.digest(initiate, Arrays.copyOf(reply.canonical(), signatureAt));
    buffer.put(security.own().sign(KeySchedule.SIGN_RESPOND, digest));
    keys = new KeySchedule(answered.secret(), digest);
    int macAt = signatureAt + PublicIdentity.SIGNATURE_BYTES;
    buffer.put(
        keys.listenerMac(KeySchedule.digest(initiate, Arrays.copyOf(reply.canonical(), macAt))));
    respond = reply.canonical();
    send(reply);
  }

  private void onConfirm(HandshakeMessage message) throws MalformedFrame {
    if (message.dialId() != opening.dialId()) {
      throw HandshakeFields.bad("a confirmation of another attempt");
    }
    byte[] canonical = message.canonical();
    int signatureAt = HandshakeMessage.HEADER_BYTES + HandshakeFields.CONFIRM_SIGNATURE;
    int macAt = signatureAt + PublicIdentity.SIGNATURE_BYTES;
    byte[] mac =
        keys.initiatorMac(KeySchedule.digest(initiate, respond, Arrays.copyOf(canonical, macAt)));
    byte[] digest = KeySchedule.digest(initiate, respond, Arrays.copyOf(canonical, signatureAt));
    byte[] signature = Arrays.copyOfRange(canonical, signatureAt, macAt);
    if (!MessageDigest.isEqual(mac, Arrays.copyOfRange(canonical, macAt, canonical.length))
        || !peer.identity().verifies(KeySchedule.SIGN_CONFIRM, digest, signature)) {
      throw new MalformedFrame(FrameFault.BAD_SIGNATURE, "the confirmation does not hold");
    }
    byte[] whole = KeySchedule.digest(initiate, respond, canonical);
    channel =
        new SecureFrameChannel(
            keys.fromListener(whole), keys.fromInitiator(whole), security.rekey(), clockNs);
    establish(keys, whole);
    erase();
  }

  /** Returns the attempt, and where the initiator is answered; only after the first message. */
  public HelloOpening opening() {
    return opening;
  }

  @Override
  public boolean isEstablished() {
    return state == State.ESTABLISHED;
  }

  @Override
  public FrameChannel channel() {
    return channel;
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
