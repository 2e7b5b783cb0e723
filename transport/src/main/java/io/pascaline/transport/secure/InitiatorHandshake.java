// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * The side that dials: sends Initiate, takes Respond, sends Confirm. A Respond that does not hold
 * changes nothing, for anybody may send one: the true one may still come.
 */
public final class InitiatorHandshake extends KeyExchange {
  private final LinkSecurity.Secured security;
  private final PinnedPeers.Peer peer;
  private final LinkParameters own;
  private final LongSupplier clockNs;
  private final byte[] initiate;
  private final long dialId;
  private HybridKem.Offer offer;
  private SecureFrameChannel channel;
  private LinkParameters peerParameters;

  /**
   * Begins a handshake: the first message is ready to be sent.
   *
   * @param peer who must answer
   * @param opening the attempt and where the answer goes
   */
  public InitiatorHandshake(
      LinkSecurity.Secured security,
      PinnedPeers.Peer peer,
      LinkParameters own,
      HelloOpening opening,
      SecureRandom random,
      LongSupplier clockNs) {
    this.security = security;
    this.peer = peer;
    this.own = own;
    this.clockNs = clockNs;
    this.dialId = opening.dialId();
    this.offer = HybridKem.Offer.generate(random);
    HandshakeMessage message = initiate(opening);
    this.initiate = message.canonical();
    send(message);
  }

  private HandshakeMessage initiate(HelloOpening opening) {
    byte[] address = opening.replyAddress().channel().getBytes(StandardCharsets.US_ASCII);
    int signatureAt = HandshakeFields.CHANNEL + address.length;
    byte[] payload = new byte[signatureAt + PublicIdentity.SIGNATURE_BYTES];
    ByteBuffer buffer = ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN);
    own.put(buffer);
    security.own().publicIdentity().put(buffer);
    peer.identity().put(buffer);
    buffer
        .put(offer.encoded())
        .putInt(opening.replyAddress().streamId())
        .putShort((short) address.length)
        .put(address);
    HandshakeMessage message =
        new HandshakeMessage(HandshakeMessage.INITIATE, HandshakeMessage.VERSION, dialId, payload);
    byte[] signed = Arrays.copyOf(message.canonical(), HandshakeMessage.HEADER_BYTES + signatureAt);
    buffer.put(security.own().sign(KeySchedule.SIGN_INITIATE, KeySchedule.digest(signed)));
    return message;
  }

  @Override
  public void onMessage(HandshakeMessage message, long nowNs) throws MalformedFrame {
    if (channel != null || message.type() != HandshakeMessage.RESPOND) {
      throw HandshakeFields.bad("message " + message.type() + " is not due");
    }
    HandshakeFields.requireSuite(message);
    if (message.dialId() != dialId
        || !peer.identity().isAt(message.payload(), HandshakeFields.OWN_KEY)
        || !security.own().publicIdentity().isAt(message.payload(), HandshakeFields.PEER_KEY)) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY, "an answer of another identity than " + peer.name() + "'s");
    }
    byte[] canonical = message.canonical();
    int signatureAt = HandshakeMessage.HEADER_BYTES + HandshakeFields.RESPOND_SIGNATURE;
    int macAt = signatureAt + PublicIdentity.SIGNATURE_BYTES;
    byte[] digest = KeySchedule.digest(initiate, Arrays.copyOf(canonical, signatureAt));
    byte[] signature = Arrays.copyOfRange(canonical, signatureAt, macAt);
    if (!peer.identity().verifies(KeySchedule.SIGN_RESPOND, digest, signature)) {
      throw new MalformedFrame(FrameFault.BAD_SIGNATURE, "the answer's signature does not hold");
    }
    LinkParameters theirs = LinkParameters.read(message.reader(), peer);
    if (theirs == null) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY, "an answer for another role than " + peer.name() + "'s");
    }
    KeySchedule keys = new KeySchedule(secret(message), digest);
    byte[] mac = keys.listenerMac(KeySchedule.digest(initiate, Arrays.copyOf(canonical, macAt)));
    if (!MessageDigest.isEqual(mac, Arrays.copyOfRange(canonical, macAt, canonical.length))) {
      keys.erase();
      throw new MalformedFrame(FrameFault.BAD_SIGNATURE, "the answer's key is another");
    }
    peerParameters = theirs;
    confirm(keys, canonical);
  }

  private byte[] secret(HandshakeMessage message) throws MalformedFrame {
    try {
      return offer.secret(message.slice(HandshakeFields.KEM, HybridKem.ANSWER_BYTES));
    } catch (IllegalArgumentException e) {
      throw HandshakeFields.bad(e.getMessage());
    }
  }

  private void confirm(KeySchedule keys, byte[] respond) {
    byte[] payload = new byte[HandshakeFields.confirmBytes()];
    HandshakeMessage message =
        new HandshakeMessage(HandshakeMessage.CONFIRM, HandshakeMessage.VERSION, dialId, payload);
    int header = HandshakeMessage.HEADER_BYTES;
    byte[] digest =
        KeySchedule.digest(initiate, respond, Arrays.copyOf(message.canonical(), header));
    byte[] signature = security.own().sign(KeySchedule.SIGN_CONFIRM, digest);
    System.arraycopy(signature, 0, payload, 0, signature.length);
    byte[] signed = Arrays.copyOf(message.canonical(), header + signature.length);
    byte[] mac = keys.initiatorMac(KeySchedule.digest(initiate, respond, signed));
    System.arraycopy(mac, 0, payload, signature.length, mac.length);
    byte[] whole = KeySchedule.digest(initiate, respond, message.canonical());
    channel =
        new SecureFrameChannel(
            keys.fromInitiator(whole), keys.fromListener(whole), security.rekey(), clockNs);
    establish(keys, whole);
    keys.erase();
    offer = null;
    send(message);
  }

  @Override
  public boolean isEstablished() {
    return channel != null;
  }

  @Override
  public FrameChannel channel() {
    return channel;
  }

  @Override
  public PinnedPeers.Peer peer() {
    return peer;
  }

  /** Returns what the peer said of itself; null until established. */
  @Override
  public LinkParameters peerParameters() {
    return peerParameters;
  }

  @Override
  public void erase() {
    offer = null;
  }
}
