// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.secure;

import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.function.LongSupplier;

/**
 * The initiator's side: sends Initiate, takes Respond, sends Confirm. An invalid Respond changes
 * nothing, for anybody may send one: the true one may still come.
 */
public final class InitiatorHandshake extends KeyExchange {
  private final LinkSecurity.Secured security;
  private final PinnedPeers.Peer peer;
  private final LinkParameters own;
  private final LongSupplier clockNs;
  private final FrameArrays arrays;
  private final Transcript transcript = new Transcript();
  private final long dialId;
  private HybridKem.Offer offer;
  private LinkParameters peerParameters;

  /**
   * Begins a handshake: the first message is ready to be sent.
   *
   * @param peer who must answer
   * @param opening the attempt and where the answer goes
   * @param arrays where the channel seals and opens frames. The thread that runs the handshake owns
   *     them.
   */
  public InitiatorHandshake(
      LinkSecurity.Secured security,
      PinnedPeers.Peer peer,
      LinkParameters own,
      HelloOpening opening,
      SecureRandom random,
      LongSupplier clockNs,
      FrameArrays arrays) {
    super(State.INITIATED);
    this.security = security;
    this.peer = peer;
    this.own = own;
    this.clockNs = clockNs;
    this.arrays = arrays;
    this.dialId = opening.dialId();
    this.offer = HybridKem.Offer.generate(random);
    HandshakeMessage message = initiate(opening);
    transcript.append(message);
    send(message);
  }

  private HandshakeMessage initiate(HelloOpening opening) {
    byte[] address = opening.replyAddress().channel().getBytes(StandardCharsets.US_ASCII);
    int signatureAt = HandshakeFields.CHANNEL + address.length;
    HandshakeMessage message =
        message(HandshakeMessage.INITIATE, signatureAt + PublicIdentity.SIGNATURE_BYTES);
    ByteBuffer buffer = ByteBuffer.wrap(message.payload()).order(ByteOrder.LITTLE_ENDIAN);
    own.put(buffer);
    security.own().publicIdentity().put(buffer);
    peer.identity().put(buffer);
    buffer
        .put(offer.encoded())
        .putInt(opening.replyAddress().streamId())
        .putShort((short) address.length)
        .put(address);
    byte[] digest = transcript.digestUpTo(message, signatureAt);
    buffer.put(security.own().sign(KeySchedule.SIGN_INITIATE, digest));
    return message;
  }

  @Override
  State onFault(State before) {
    return before;
  }

  @Override
  State onDue(State before, HandshakeMessage message, long nowNs) throws MalformedFrame {
    HandshakeFields.requireSuite(message);
    if (message.dialId() != dialId
        || !peer.identity().isAt(message.payload(), HandshakeFields.OWN_KEY)
        || !security.own().publicIdentity().isAt(message.payload(), HandshakeFields.PEER_KEY)) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY, "an answer of another identity than " + peer.name() + "'s");
    }
    byte[] digest = transcript.digestUpTo(message, HandshakeFields.RESPOND_SIGNATURE);
    byte[] signature =
        message.slice(HandshakeFields.RESPOND_SIGNATURE, PublicIdentity.SIGNATURE_BYTES);
    if (!peer.identity().verifies(KeySchedule.SIGN_RESPOND, digest, signature)) {
      throw new MalformedFrame(FrameFault.BAD_SIGNATURE, "the answer's signature is invalid");
    }
    LinkParameters theirs = LinkParameters.read(message.reader(), peer);
    if (theirs == null) {
      throw new MalformedFrame(
          FrameFault.UNKNOWN_IDENTITY, "an answer for another role than " + peer.name() + "'s");
    }
    KeySchedule keys = new KeySchedule(secret(message), digest);
    byte[] mac = keys.responderMac(transcript.digestUpTo(message, HandshakeFields.RESPOND_MAC));
    if (!MessageDigest.isEqual(
        mac, message.slice(HandshakeFields.RESPOND_MAC, HandshakeFields.MAC_BYTES))) {
      keys.erase();
      throw new MalformedFrame(FrameFault.BAD_SIGNATURE, "the answer's key is another");
    }
    transcript.append(message);
    peerParameters = theirs;
    confirm(keys);
    return State.ESTABLISHED;
  }

  private byte[] secret(HandshakeMessage message) throws MalformedFrame {
    try {
      return offer.secret(message.slice(HandshakeFields.KEM, HybridKem.ANSWER_BYTES));
    } catch (IllegalArgumentException e) {
      throw HandshakeFields.bad(e.getMessage());
    }
  }

  private void confirm(KeySchedule keys) {
    HandshakeMessage message =
        message(HandshakeMessage.CONFIRM, HandshakeFields.lengthOf(HandshakeMessage.CONFIRM));
    ByteBuffer buffer = ByteBuffer.wrap(message.payload());
    byte[] digest = transcript.digestUpTo(message, HandshakeFields.CONFIRM_SIGNATURE);
    buffer.put(security.own().sign(KeySchedule.SIGN_CONFIRM, digest));
    buffer.put(keys.initiatorMac(transcript.digestUpTo(message, HandshakeFields.CONFIRM_MAC)));
    transcript.append(message);
    byte[] whole = transcript.digest();
    SecureFrameChannel channel =
        new SecureFrameChannel(
            keys.fromInitiator(whole),
            keys.fromResponder(whole),
            security.rekey(),
            clockNs,
            arrays);
    establish(keys, whole, channel);
    offer = null;
    send(message);
  }

  private HandshakeMessage message(int type, int payloadBytes) {
    return new HandshakeMessage(type, HandshakeMessage.VERSION, dialId, new byte[payloadBytes]);
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
    offer = null;
  }
}
