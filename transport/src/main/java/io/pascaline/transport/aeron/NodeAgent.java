package io.pascaline.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.codec.Handshake;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
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
  private final ManyToOneConcurrentLinkedQueue<LinkAddress> dials =
      new ManyToOneConcurrentLinkedQueue<>();
  private final List<InboundStream> inbound = new ArrayList<>();
  private final List<AeronLink> links = new ArrayList<>();
  private final List<Dialler> diallers = new ArrayList<>();
  private final NodeCounters counters = new NodeCounters();
  private final SecureRandom random = new SecureRandom();
  private final TransportContext context;
  private final NodeErrors errors;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Thread thread;
  private volatile boolean closing;
  private Aeron aeron;
  private Subscription subscription;
  private AgentInvoker conductor;
  private LinkAddress address;
  private boolean driverLost;

  NodeAgent(TransportContext context, NodeErrors errors) {
    this.context = context;
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

  NodeCounters counters() {
    return counters;
  }

  /** Says that the agent's end, which is near, is wanted; from any thread. */
  void expectClose() {
    closing = true;
  }

  /** Words of memory that unfinished tensors take, of all streams. */
  long heldWords() {
    return inbound.stream().mapToLong(InboundStream::heldWords).sum();
  }

  /** Asks for a link to a peer; from any thread. */
  void connect(LinkAddress peer) {
    dials.offer(peer);
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
    final long nowNs = System.nanoTime();
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
        inbound.remove(i);
      }
    }
    boolean anyClosed = false;
    for (int i = links.size() - 1; i >= 0; i--) {
      work += links.get(i).doWork(nowNs);
      anyClosed |= links.get(i).isClosed();
    }
    for (int i = diallers.size() - 1; i >= 0; i--) {
      work += diallers.get(i).doWork(nowNs);
      if (diallers.get(i).isStopped()) {
        diallers.remove(i);
      }
    }
    if (anyClosed) {
      links.removeIf(AeronLink::isClosed);
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
    final String reason = "closed by " + context.hello().name();
    final long startNs = System.nanoTime();
    for (AeronLink link : links) {
      link.closeGently(reason, startNs);
    }
    // Links give up by themselves when the linger time is over.
    while (!aeron.isClosed() && links.stream().anyMatch(link -> !link.isClosed())) {
      conductor.invoke();
      for (AeronLink link : links) {
        link.doWork(System.nanoTime());
      }
      Thread.yield();
    }
    final long deadlineNs = System.nanoTime() + context.lingerNs();
    while (!aeron.isClosed()
        && System.nanoTime() - deadlineNs < 0
        && links.stream().anyMatch(link -> !link.hasLeft())) {
      conductor.invoke();
      Thread.yield();
    }
    closeAll(reason);
  }

  /** The node at an address, if it is in this JVM and reached through shared memory; or null. */
  NodeAgent neighbour(LinkAddress peer) {
    final EmbeddedDriver driver = context.embeddedDriver();
    return driver == null || !Channels.isIpc(peer) ? null : driver.listenerAt(peer);
  }

  /** Begins to dial a peer. */
  AeronLink dial(LinkAddress peer, long nowNs) {
    return begin(peer, new Handshake(random.nextLong(), false, address), nowNs);
  }

  /** Called inside the conductor, where nothing may be asked of Aeron. */
  void onAvailable(Image image) {
    inbound.add(new InboundStream(this, image, FrameChannel.plain(), context.maxMessageWords()));
  }

  void onHello(InboundStream stream, LinkMessage.Hello hello, Handshake handshake) {
    final long nowNs = System.nanoTime();
    if (handshake.answer()) {
      for (AeronLink link : links) {
        if (link.awaitsAnswer(handshake.dialId())) {
          link.onHello(stream, hello, nowNs);
          return;
        }
      }
      stream.onFault(FrameFault.HELLO_UNEXPECTED, "an answer to no hello");
      return;
    }
    final LinkAddress reply = handshake.replyAddress();
    try {
      Channels.requireReply(reply);
    } catch (IllegalArgumentException e) {
      stream.onFault(FrameFault.BAD_VALUE, e.getMessage());
      return;
    }
    for (AeronLink link : links) {
      if (link.isAcceptedFrom(reply) && !link.isClosed()) {
        final boolean same = link.peerHello().nodeId() == hello.nodeId();
        link.abort(link.peerName() + (same ? " dialled again" : " was restarted"));
      }
    }
    if (links.stream().filter(link -> !link.isClosed()).count() >= context.maxLinks()) {
      stream.onFault(FrameFault.TOO_MANY_LINKS, "more than " + context.maxLinks() + " links");
      return;
    }
    final Handshake answer = new Handshake(handshake.dialId(), true, address);
    begin(reply, answer, nowNs).onHello(stream, hello, nowNs);
  }

  void notifyOpened(AeronLink link) {
    counters.onOpened();
    try {
      context.listener().onOpened(link);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void notifyMessage(AeronLink link, LinkMessage message) {
    try {
      context.listener().onMessage(link, message);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void notifyClosed(AeronLink link, String reason) {
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
    final TransportException reason =
        CarrierFaults.onDown(context.name(), driverLost, errors.last());
    try {
      context.listener().onDown(reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void onError(Throwable fault) {
    errors.onError(fault);
  }

  private AeronLink begin(LinkAddress peer, Handshake handshake, long nowNs) {
    final OutboundStream outbound =
        new OutboundStream(
            aeron,
            FrameChannel.plain(),
            context.hello().partyId(),
            context.chunkBytes(),
            Channels.publication(peer, context.termBytes()),
            peer.streamId());
    final AeronLink link = new AeronLink(this, context, peer, handshake, outbound, nowNs);
    links.add(link);
    return link;
  }

  private int takeDials(long nowNs) {
    final LinkAddress peer = dials.poll();
    if (peer == null) {
      return 0;
    }
    if (diallers.stream().noneMatch(dialler -> dialler.peer().equals(peer))) {
      diallers.add(new Dialler(this, context, peer, nowNs));
    }
    return 1;
  }

  private void closeAll(String reason) {
    for (AeronLink link : links) {
      link.abort(reason);
    }
    links.clear();
    diallers.clear();
  }
}
