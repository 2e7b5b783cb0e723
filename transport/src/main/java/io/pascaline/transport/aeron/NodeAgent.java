// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.MalformedFrame;
import io.pascaline.transport.codec.Resumption;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
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
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * The duty cycle of a node: Aeron's client conductor, the commands of other threads, every stream
 * and every link, in turn and without blocking.
 */
final class NodeAgent implements Agent {
  /** Streams at a time that have not shown whose they are. */
  private static final int MAX_UNPROVEN = 64;

  private record Dial(LinkAddress address, PinnedPeers.Peer identity) {}

  private final ManyToOneConcurrentLinkedQueue<Dial> dials = new ManyToOneConcurrentLinkedQueue<>();
  private final List<InboundStream> inbound = new ArrayList<>();
  private final List<AeronCarrier> links = new ArrayList<>();
  private final List<Initiator> initiators = new ArrayList<>();
  private final NodeCounters counters = new NodeCounters();
  private final SecureRandom random = new SecureRandom();
  private final HandshakeGate gate = new HandshakeGate();
  private final TransportContext context;
  private final LinkSlots places;
  private final Conversations conversations;
  private final LinkSecurity.Secured secured;
  private final LinkParameters parameters;
  private final NodeErrors errors;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Thread thread;
  private volatile boolean closing;
  private Aeron aeron;
  private Subscription subscription;
  private AgentInvoker conductor;
  private LinkAddress address;
  private StreamGate streamGate;
  private boolean driverLost;

  NodeAgent(TransportContext context, NodeErrors errors) {
    this.context = context;
    this.places = new LinkSlots(context.maxLinks(), context.security());
    this.conversations = new Conversations(places);
    this.secured = context.security() instanceof LinkSecurity.Secured found ? found : null;
    this.parameters =
        new LinkParameters(
            context.hello().role(),
            context.hello().partyId(),
            context.hello().protocolVersion(),
            context.maxMessageWords(),
            (int) (context.heartbeatNs() / 1_000_000),
            (int) (context.livenessTimeoutNs() / 1_000_000));
    this.errors = errors;
    errors.countInto(counters);
  }

  /** Gives the agent its client before its thread starts. */
  void start(Aeron client, Subscription listening, LinkAddress ownAddress) {
    aeron = client;
    subscription = listening;
    conductor = client.conductorAgentInvoker();
    address = ownAddress;
  }

  /** Gives the agent the gate of its port before its thread starts, where the driver has one. */
  void guard(EmbeddedDriver driver) {
    if (!Channels.isIpc(address)) {
      streamGate = driver.gateAt(subscription.localSocketAddresses().get(0));
      // A peer may have found the port in the moment since it was bound.
      inbound.forEach(InboundStream::passGate);
      streamGate.close();
    }
  }

  /** Returns the gate that the node's streams come through; null where there is none. */
  StreamGate streamGate() {
    return streamGate;
  }

  NodeCounters counters() {
    return counters;
  }

  /** Returns what carries the node's links now; for its own thread. */
  List<AeronCarrier> carriers() {
    return links;
  }

  /** Says that the agent's end, which is near, is wanted; from any thread. */
  void expectClose() {
    closing = true;
  }

  /** Words of memory that unfinished tensors take, of all streams. */
  long heldWords() {
    return inbound.stream().mapToLong(InboundStream::heldWords).sum() + conversations.heldWords();
  }

  /** Asks for a link to a peer; from any thread. The identity is null where links are plain. */
  void connect(LinkAddress peer, PinnedPeers.Peer identityOrNull) {
    dials.offer(new Dial(peer, identityOrNull));
    wake();
  }

  /**
   * Ends the agent's idling, from any thread: what was queued or written for it is taken at once
   * instead of at the end of a pause. Costs next to nothing while the agent is busy.
   */
  void wake() {
    LockSupport.unpark(thread);
  }

  @Override
  public void onStart() {
    thread = Thread.currentThread();
  }

  @Override
  public String roleName() {
    return "pascaline-" + context.name();
  }

  @Override
  public int doWork() {
    long nowNs = System.nanoTime();
    int work = conductor.invoke();
    // When the driver is lost the client closes the subscription first and itself a cycle later.
    if (subscription.isClosed() || aeron.isClosed()) {
      driverLost = true;
      closeAll("the media driver does not answer any more");
      throw new AgentTerminationException();
    }
    work += takeDials(nowNs);
    for (int i = inbound.size() - 1; i >= 0; i--) {
      work += inbound.get(i).poll(nowNs);
      if (inbound.get(i).hasEnded()) {
        inbound.remove(i).forget();
      }
    }
    boolean anyClosed = false;
    for (int i = links.size() - 1; i >= 0; i--) {
      work += links.get(i).doWork(nowNs);
      anyClosed |= links.get(i).isClosed();
    }
    work += conversations.doWork(nowNs);
    for (int i = initiators.size() - 1; i >= 0; i--) {
      work += initiators.get(i).doWork(nowNs);
      if (initiators.get(i).isStopped()) {
        initiators.remove(i);
      }
    }
    if (anyClosed) {
      links.removeIf(AeronCarrier::isClosed);
    }
    return work;
  }

  /** Ends everything, once; also called when an error ended the thread and not the agent's loop. */
  @Override
  public void onClose() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      closeLinks();
      subscription.close();
      aeron.close();
    } finally {
      if (!closing) {
        notifyDown();
      }
    }
  }

  private void closeLinks() {
    String reason = "closed by " + context.hello().name();
    long startNs = System.nanoTime();
    for (AeronCarrier link : links) {
      link.closeGently(reason, startNs);
    }
    conversations.endSuspended(reason);
    // Links give up by themselves when the linger time is over.
    while (!aeron.isClosed() && links.stream().anyMatch(link -> !link.isClosed())) {
      conductor.invoke();
      for (AeronCarrier link : links) {
        link.doWork(System.nanoTime());
      }
      Thread.yield();
    }
    long deadlineNs = System.nanoTime() + context.lingerNs();
    while (!aeron.isClosed()
        && System.nanoTime() - deadlineNs < 0
        && links.stream().anyMatch(link -> !link.hasLeft())) {
      conductor.invoke();
      Thread.yield();
    }
    closeAll(reason);
  }

  /**
   * Returns the node at an address, if it is in this JVM and reached through shared memory; or
   * null.
   */
  NodeAgent neighbour(LinkAddress peer) {
    EmbeddedDriver driver = context.embeddedDriver();
    return driver == null || !Channels.isIpc(peer) ? null : driver.listenerAt(peer);
  }

  /** Begins to dial a peer; the identity is null where links are plain. */
  AeronCarrier dial(
      LinkAddress peer, PinnedPeers.Peer identityOrNull, Conversation resumingOrNull, long nowNs) {
    HelloOpening opening = new HelloOpening(random.nextLong(), false, address);
    KeyExchange keys =
        identityOrNull == null
            ? null
            : new InitiatorHandshake(
                secured, identityOrNull, parameters, opening, random, System::nanoTime);
    return begin(peer, opening, keys, resumingOrNull, nowNs);
  }

  /** Called inside the conductor, where nothing may be asked of Aeron. */
  void onAvailable(Image image) {
    if (secured != null) {
      makeRoomForHandshake();
    }
    inbound.add(
        new InboundStream(
            this,
            image,
            secured != null,
            context,
            System.nanoTime() + context.handshakeTimeoutNs()));
  }

  /**
   * The oldest of the host that has most goes: whoever means well is done within moments, and a
   * host that floods pushes out its own.
   */
  private void makeRoomForHandshake() {
    List<InboundStream> unproven = inbound.stream().filter(InboundStream::isUnproven).toList();
    if (unproven.size() < MAX_UNPROVEN) {
      return;
    }
    Map<String, Integer> counts = new HashMap<>();
    unproven.forEach(stream -> counts.merge(stream.sourceHost(), 1, Integer::sum));
    String busiest = Collections.max(counts.entrySet(), Map.Entry.comparingByValue()).getKey();
    for (InboundStream stream : unproven) {
      if (stream.sourceHost().equals(busiest)) {
        stream.onFault(FrameFault.HANDSHAKE_LIMIT, "too many handshakes at a time");
        return;
      }
    }
  }

  /** A first message of a initiator, or the answer to one of ours. */
  void onHandshake(InboundStream stream, HandshakeMessage message) throws MalformedFrame {
    long nowNs = System.nanoTime();
    if (message.type() == HandshakeMessage.RESPOND) {
      for (AeronCarrier link : links) {
        if (link.awaitsKeys(message.dialId())) {
          link.onHandshake(stream, message, nowNs);
          return;
        }
      }
      throw new MalformedFrame(FrameFault.BAD_HANDSHAKE, "an answer that nobody waits for");
    }
    ResponderHandshake keys =
        new ResponderHandshake(secured, parameters, gate, random, System::nanoTime);
    keys.onMessage(message, nowNs);
    LinkAddress reply = keys.opening().replyAddress();
    try {
      Channels.requireReply(reply);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, e.getMessage());
    }
    PinnedPeers.Peer peer = keys.peer();
    List<AeronCarrier> halfOpen = links.stream().filter(link -> link.isHalfOpenTo(peer)).toList();
    if (halfOpen.size() >= LinkSlots.MAX_HALF_OPEN_PER_PEER) {
      halfOpen.get(0).abort("dialled again before its handshake was complete");
    }
    places.requireRoom(
        new LinkSlots.Place(peer, peer.role(), reply), links, conversations.awaited());
    HelloOpening answer = new HelloOpening(message.dialId(), true, address);
    begin(reply, answer, keys, null, nowNs).bind(stream);
  }

  /**
   * Makes room for a link that a peer dialled: finds the conversation that it goes on with and
   * takes that off its old carrier, or ends the links that it replaces.
   *
   * @param by the carrier that is to come, or null
   * @return the conversation, or null for a new one
   */
  Conversation takeOver(
      AeronCarrier by,
      LinkAddress address,
      PinnedPeers.Peer peerOrNull,
      LinkMessage.Hello hello,
      Resumption resumption,
      long nowNs)
      throws MalformedFrame {
    // Whichever way it goes on, an earlier attempt to do so is not waited for any more.
    for (AeronCarrier link : links) {
      if (link != by && link.isAnsweringTo(address, peerOrNull)) {
        link.abort(link.peerName() + " dialled again");
      }
    }
    return conversations.takeOver(address, peerOrNull, hello, resumption, nowNs);
  }

  void add(Conversation link) {
    conversations.add(link);
  }

  void onSuspended(Conversation link) {
    counters.onSuspended();
    conversations.onSuspended(link);
  }

  void onHello(InboundStream stream, LinkMessage.Hello hello, HelloOpening handshake)
      throws MalformedFrame {
    long nowNs = System.nanoTime();
    if (handshake.answer()) {
      for (AeronCarrier link : links) {
        if (link.awaitsAnswer(handshake.dialId())) {
          link.onHello(stream, hello, handshake.resumption(), nowNs);
          return;
        }
      }
      throw new MalformedFrame(FrameFault.HELLO_UNEXPECTED, "an answer to no hello");
    }
    LinkAddress reply = handshake.replyAddress();
    try {
      Channels.requireReply(reply);
    } catch (IllegalArgumentException e) {
      throw new MalformedFrame(FrameFault.BAD_VALUE, e.getMessage());
    }
    HelloOpening answer = new HelloOpening(handshake.dialId(), true, address);
    Conversation resuming = takeOver(null, reply, null, hello, handshake.resumption(), nowNs);
    places.requireRoomUnproven(
        new LinkSlots.Place(null, hello.role(), reply), links, conversations.awaited());
    begin(reply, answer, null, resuming, nowNs)
        .onHello(stream, hello, handshake.resumption(), nowNs);
  }

  void notifyOpened(Conversation link) {
    counters.onOpened();
    try {
      context.listener().onOpened(link);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void notifyMessage(Conversation link, LinkMessage message) {
    try {
      context.listener().onMessage(link, message);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void notifyClosed(Conversation link, String reason) {
    if (link.hasOpened()) {
      counters.onClosed();
    }
    try {
      context.listener().onClosed(link, reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void notifyUnreachable(LinkAddress peer, TransportException reason) {
    try {
      context.listener().onUnreachable(peer, reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  private void notifyDown() {
    TransportException reason = CarrierFaults.onDown(context.name(), driverLost, errors.last());
    try {
      context.listener().onDown(reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void onError(Throwable fault) {
    errors.onError(fault);
  }

  private AeronCarrier begin(
      LinkAddress peer,
      HelloOpening handshake,
      KeyExchange keysOrNull,
      Conversation resumingOrNull,
      long nowNs) {
    OutboundStream outbound =
        new OutboundStream(
            aeron,
            context.hello().partyId(),
            context.chunkBytes(),
            Channels.publication(peer, context.termBytes(), context.profile().mtuBytes()),
            peer.streamId());
    AeronCarrier link =
        new AeronCarrier(
            this, context, peer, handshake, keysOrNull, resumingOrNull, outbound, nowNs);
    links.add(link);
    return link;
  }

  private int takeDials(long nowNs) {
    Dial dial = dials.poll();
    if (dial == null) {
      return 0;
    }
    if (initiators.stream().noneMatch(initiator -> initiator.peer().equals(dial.address()))) {
      initiators.add(new Initiator(this, context, dial.address(), dial.identity(), nowNs));
    }
    return 1;
  }

  private void closeAll(String reason) {
    for (AeronCarrier link : links) {
      link.abort(reason);
    }
    links.clear();
    conversations.endAll(reason);
    initiators.clear();
  }
}
