// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.Aeron;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.ConversationSettings;
import io.pascaline.transport.conversation.Conversations;
import io.pascaline.transport.conversation.LinkSlots;
import io.pascaline.transport.conversation.Remote;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.Exporter;
import io.pascaline.transport.secure.FrameArrays;
import io.pascaline.transport.secure.HandshakeGate;
import io.pascaline.transport.secure.HandshakeMessage;
import io.pascaline.transport.secure.InitiatorHandshake;
import io.pascaline.transport.secure.KeyExchange;
import io.pascaline.transport.secure.LinkParameters;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.ResponderHandshake;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/**
 * A node's carriers and their conversations: begins them, as initiator or responder, and finds the
 * one that a stream's first message belongs to. Belongs to the node's agent.
 */
final class Carriers implements StreamOwner, CarrierHost {
  private final List<AeronCarrier> all = new ArrayList<>();
  private final SecureRandom random = new SecureRandom();
  private final HandshakeGate gate = new HandshakeGate();
  private final FrameArrays arrays = new FrameArrays();
  private final TransportContext context;
  private final NodeErrors errors;
  private final LinkNotifier notifier;
  private final LinkSlots slots;
  private final Conversations conversations;
  private final LinkParameters parameters;
  private LinkSecurity.Secured secured;
  private Aeron aeron;
  private LinkAddress address;

  Carriers(TransportContext context, NodeErrors errors, LinkNotifier notifier) {
    this.context = context;
    this.errors = errors;
    this.notifier = notifier;
    this.slots = new LinkSlots(context.maxLinks(), context.security());
    this.conversations = new Conversations(slots);
    this.secured = context.security() instanceof LinkSecurity.Secured found ? found : null;
    this.parameters =
        new LinkParameters(
            context.hello().role(),
            context.hello().partyId(),
            context.hello().protocolVersion(),
            context.maxMessageWords(),
            (int) TimeUnit.NANOSECONDS.toMillis(context.heartbeatNs()),
            (int) TimeUnit.NANOSECONDS.toMillis(context.peerTimeoutNs()));
  }

  /** Takes the node's client and the address where remotes answer it. */
  void start(Aeron client, LinkAddress ownAddress) {
    aeron = client;
    address = ownAddress;
  }

  /** Takes other identities, and ends the links of those that are not among them. */
  void admit(LinkSecurity.Secured next) {
    String reason = "its identity is not pinned any more";
    secured = next;
    for (AeronCarrier carrier : all) {
      // Only remotes that dial can lose their place: whom this node dials stays pinned.
      LinkSlots.Slot slot = carrier.slotOrNull();
      if (slot != null && !next.peers().pins(slot.identity())) {
        carrier.abort(reason);
      }
    }
    conversations.endSuspended(next.peers(), reason);
  }

  /** Returns all that are not closed, or closed in this duty cycle. */
  List<AeronCarrier> all() {
    return all;
  }

  /** Words of memory that unfinished tensors of lost carriers take. */
  long heldWords() {
    return conversations.heldWords();
  }

  int doWork(long nowNs) {
    int work = 0;
    for (int i = all.size() - 1; i >= 0; i--) {
      work += all.get(i).doWork(nowNs);
    }
    return work + conversations.doWork(nowNs);
  }

  /** Forgets those that are closed; their initiators have seen it. */
  void removeClosed() {
    for (int i = all.size() - 1; i >= 0; i--) {
      if (all.get(i).isClosed()) {
        all.remove(i);
      }
    }
  }

  /** Begins to dial a remote; the identity is null where links are in plaintext. */
  AeronCarrier dial(
      LinkAddress to, PinnedPeers.Peer identityOrNull, Conversation resumingOrNull, long nowNs) {
    HelloOpening opening = new HelloOpening(random.nextLong(), false, address);
    KeyExchange keys =
        identityOrNull == null
            ? null
            : new InitiatorHandshake(
                secured, identityOrNull, parameters, opening, random, System::nanoTime, arrays);
    return begin(new CarrierOpening.Target(to, opening, keys, resumingOrNull), nowNs);
  }

  private AeronCarrier begin(CarrierOpening.Target target, long nowNs) {
    LinkAddress to = target.address();
    OutboundStream outbound =
        new OutboundStream(
            aeron,
            context.hello().partyId(),
            context.chunkBytes(),
            Channels.publication(to, context.termBytes(), context.profile().mtuBytes()),
            to.streamId());
    AeronCarrier carrier = new AeronCarrier(this, context, target, outbound, nowNs);
    all.add(carrier);
    return carrier;
  }

  /** Takes a first message of an initiator, or the answer to one of ours. */
  @Override
  public void onHandshake(InboundStream stream, HandshakeMessage message, long nowNs)
      throws MalformedFrame {
    if (message.type() == HandshakeMessage.INITIATE) {
      onInitiate(stream, message, nowNs);
      return;
    }
    for (AeronCarrier carrier : all) {
      if (message.type() == HandshakeMessage.RESPOND && carrier.awaitsKeys(message.dialId())) {
        carrier.onHandshake(stream, message, nowNs);
        return;
      }
    }
    throw new MalformedFrame(
        FrameFault.STALE_STREAM, "message " + message.type() + " of a handshake that is over");
  }

  private void onInitiate(InboundStream stream, HandshakeMessage message, long nowNs)
      throws MalformedFrame {
    ResponderHandshake keys =
        new ResponderHandshake(secured, parameters, gate, random, System::nanoTime, arrays);
    keys.onMessage(message, nowNs);
    LinkAddress reply = keys.opening().replyAddress();
    requireReply(reply);
    PinnedPeers.Peer identity = keys.peer();
    List<AeronCarrier> halfOpen =
        all.stream().filter(carrier -> carrier.isHalfOpenTo(identity)).toList();
    if (halfOpen.size() >= LinkSlots.MAX_HALF_OPEN_PER_IDENTITY) {
      halfOpen.get(0).abort("dialled again before its handshake was complete");
    }
    slots.requireRoom(
        new LinkSlots.Slot(identity, identity.role(), reply), held(), conversations.awaited());
    HelloOpening answer = new HelloOpening(message.dialId(), true, address);
    begin(new CarrierOpening.Target(reply, answer, keys, null), nowNs).bind(stream);
  }

  private List<LinkSlots.Slot> held() {
    return all.stream().map(AeronCarrier::slotOrNull).filter(Objects::nonNull).toList();
  }

  private static void requireReply(LinkAddress reply) throws MalformedFrame {
    try {
      Channels.requireReply(reply);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, e.getMessage());
    }
  }

  /** Takes the hello of a stream in plaintext, or the answer to one of ours. */
  @Override
  public void onHello(
      InboundStream stream, LinkMessage.Hello hello, HelloOpening opening, long nowNs)
      throws MalformedFrame {
    if (opening.answer()) {
      for (AeronCarrier carrier : all) {
        if (carrier.awaitsAnswer(opening.dialId())) {
          carrier.takeHello(stream, hello, opening.resumption(), nowNs);
          return;
        }
      }
      throw new MalformedFrame(FrameFault.HELLO_UNEXPECTED, "an answer to no hello");
    }
    LinkAddress reply = opening.replyAddress();
    requireReply(reply);
    HelloOpening answer = new HelloOpening(opening.dialId(), true, address);
    Remote remote = new Remote(reply, null, hello);
    Conversation resuming = takeOver(remote, opening.resumption(), nowNs);
    int openCarriers = (int) all.stream().filter(carrier -> !carrier.isClosed()).count();
    slots.requireRoomUnproven(
        new LinkSlots.Slot(null, hello.role(), reply),
        openCarriers,
        held(),
        conversations.awaited());
    begin(new CarrierOpening.Target(reply, answer, null, resuming), nowNs)
        .takeHello(stream, hello, opening.resumption(), nowNs);
  }

  @Override
  public Conversation takeOver(Remote remote, Resumption resumption, long nowNs)
      throws MalformedFrame {
    // Whichever way the remote resumes, its earlier attempt to do so is not waited for any more.
    for (AeronCarrier carrier : all) {
      if (carrier.isAnsweringTo(remote)) {
        carrier.abort(carrier.remoteName() + " dialled again");
      }
    }
    return conversations.takeOver(remote, resumption, nowNs);
  }

  @Override
  public Conversation create(long id, boolean initiated, Remote remote, Exporter exporter) {
    ConversationSettings settings =
        new ConversationSettings(
            context.hello().name(),
            context.maxMessageWords(),
            context.maxQueuedBytes(remote.hello().role()),
            context.resumeTimeoutNs(),
            context.arrays());
    Conversation made = new Conversation(settings, notifier, id, initiated, remote, exporter);
    conversations.add(made);
    return made;
  }

  @Override
  public void suspend(Conversation conversation, String reason, long nowNs) {
    conversations.suspend(conversation, reason, nowNs);
  }

  @Override
  public Runnable neighbour(LinkAddress of) {
    EmbeddedDriver driver = context.embeddedDriver();
    return driver == null || !Channels.isIpc(of) ? null : driver.wakerAt(of);
  }

  @Override
  public void onError(Throwable fault) {
    errors.onError(fault);
  }

  /** Lets all send what is queued, within the linger time; those without a carrier end. */
  void closeGently(String reason, long nowNs) {
    for (AeronCarrier carrier : all) {
      carrier.closeGently(reason, nowNs);
    }
    conversations.endSuspended(reason);
  }

  /** Ends all at once. */
  void closeAll(String reason) {
    for (AeronCarrier carrier : all) {
      carrier.abort(reason);
    }
    all.clear();
    conversations.endAll(reason);
  }
}
