// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Image;
import io.aeron.Subscription;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.AeronFaults;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.RecentTraffic;
import io.pascaline.transport.driver.StreamGate;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.agrona.concurrent.Agent;
import org.agrona.concurrent.AgentInvoker;
import org.agrona.concurrent.AgentTerminationException;
import org.agrona.concurrent.ManyToOneConcurrentLinkedQueue;

/**
 * The duty cycle of a node: Aeron's client conductor, the commands of other threads, every stream
 * and every carrier, in turn and without blocking.
 */
final class NodeAgent implements Agent {
  /** Streams at a time that have not shown whose they are. */
  private static final int MAX_UNPROVEN = 64;

  private record Dial(LinkAddress address, PinnedPeers.Peer identity) {}

  private final ManyToOneConcurrentLinkedQueue<Dial> dials = new ManyToOneConcurrentLinkedQueue<>();
  private final ManyToOneConcurrentLinkedQueue<LinkSecurity.Secured> admissions =
      new ManyToOneConcurrentLinkedQueue<>();
  private final List<InboundStream> inbound = new ArrayList<>();
  private final List<Initiator> initiators = new ArrayList<>();
  private final NodeCounters counters = new NodeCounters();
  private final TransportContext context;
  private final LinkNotifier notifier;
  private final Carriers carriers;
  private final boolean secured;
  private final NodeErrors errors;
  private final AtomicBoolean ended = new AtomicBoolean();
  private volatile Runnable waker = () -> {};
  private volatile boolean closing;
  private Aeron aeron;
  private Subscription subscription;
  private AgentInvoker conductor;
  private LinkAddress address;
  private StreamGate streamGate;
  private Runnable driverPump = () -> {};
  private Runnable onEnded = () -> {};
  private boolean driverLost;

  NodeAgent(TransportContext context, NodeErrors errors, RecentTraffic traffic) {
    this.context = context;
    this.errors = errors;
    this.secured = context.security() instanceof LinkSecurity.Secured;
    this.notifier = new LinkNotifier(context.listener(), counters, errors, traffic, this::wake);
    this.carriers = new Carriers(context, errors, notifier);
    errors.countInto(counters);
  }

  /** Gives the agent its client before its thread starts. */
  void start(Aeron client, Subscription listening, LinkAddress ownAddress) {
    aeron = client;
    subscription = listening;
    conductor = client.conductorAgentInvoker();
    address = ownAddress;
    carriers.start(client, ownAddress);
  }

  /** Sets the callback that lets the driver work if it runs on the thread of its nodes. */
  void pumpsBy(Runnable pump) {
    driverPump = pump;
  }

  /**
   * Sets what follows the agent's end, when it hears nothing any more; before its thread starts.
   */
  void endsWith(Runnable callback) {
    onEnded = callback;
  }

  /** Gives the agent the gate of its port before its thread starts, where the driver has one. */
  void guard(EmbeddedDriver driver) {
    if (!Channels.isIpc(address)) {
      streamGate = driver.gateAt(subscription.localSocketAddresses().get(0));
      // A remote may have found the port in the moment since it was bound.
      inbound.forEach(InboundStream::passGate);
      streamGate.close();
    }
  }

  NodeCounters counters() {
    return counters;
  }

  /** Returns what carries the node's links now; for its own thread. */
  List<AeronCarrier> carriers() {
    return carriers.all();
  }

  /** Notes that the agent's end, which is near, is wanted; from any thread. */
  void expectClose() {
    closing = true;
  }

  /** Words of memory that unfinished tensors take, of all streams. */
  long heldWords() {
    return inbound.stream().mapToLong(InboundStream::heldWords).sum() + carriers.heldWords();
  }

  /** Asks for a link; from any thread. The identity is null where links are in plaintext. */
  void connect(LinkAddress to, PinnedPeers.Peer identityOrNull) {
    dials.offer(new Dial(to, identityOrNull));
    wake();
  }

  /** Takes other identities, and ends the links of those that are not among them; any thread. */
  void admit(LinkSecurity.Secured next) {
    admissions.offer(next);
    wake();
  }

  /**
   * Ends the agent's idling, from any thread: what was queued or written for it is taken at once
   * instead of at the end of a pause. Costs next to nothing while the agent is busy.
   */
  void wake() {
    waker.run();
  }

  /** Sets the callback that ends the idling of the agent's thread. Any thread may call it. */
  void wakesBy(Runnable threadWaker) {
    waker = threadWaker;
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
    work += takeAdmissions() + takeDials(nowNs);
    for (int i = inbound.size() - 1; i >= 0; i--) {
      work += inbound.get(i).poll(nowNs);
      if (inbound.get(i).hasEnded()) {
        inbound.remove(i).forget();
      }
    }
    work += carriers.doWork(nowNs);
    for (int i = initiators.size() - 1; i >= 0; i--) {
      work += initiators.get(i).doWork(nowNs);
      if (initiators.get(i).isStopped()) {
        initiators.remove(i);
      }
    }
    carriers.removeClosed();
    return work;
  }

  private int takeAdmissions() {
    LinkSecurity.Secured next = admissions.poll();
    if (next == null) {
      return 0;
    }
    carriers.admit(next);
    return 1;
  }

  private int takeDials(long nowNs) {
    Dial dial = dials.poll();
    if (dial == null) {
      return 0;
    }
    if (initiators.stream().noneMatch(one -> one.address().equals(dial.address()))) {
      initiators.add(
          new Initiator(carriers, notifier, context, dial.address(), dial.identity(), nowNs));
    }
    return 1;
  }

  /** Ends everything, once; also called when an error ended the thread and not the agent's loop. */
  @Override
  public void onClose() {
    if (!ended.compareAndSet(false, true)) {
      return;
    }
    try {
      closeCarriers();
    } finally {
      try {
        subscription.close();
        aeron.close();
        // The sockets keep their ports until the driver closes them.
        driverPump.run();
      } finally {
        onEnded.run();
        if (!closing) {
          notifier.onDown(AeronFaults.onDown(context.name(), driverLost, errors.last()));
        }
      }
    }
  }

  private void closeCarriers() {
    String reason = "closed by " + context.hello().name();
    carriers.closeGently(reason, System.nanoTime());
    // Carriers close by themselves when the linger time is over.
    List<AeronCarrier> all = carriers.all();
    while (!aeron.isClosed() && all.stream().anyMatch(carrier -> !carrier.isClosed())) {
      conductor.invoke();
      all.forEach(carrier -> carrier.doWork(System.nanoTime()));
      driverPump.run();
      Thread.yield();
    }
    long deadlineNs = System.nanoTime() + context.lingerNs();
    while (!aeron.isClosed()
        && System.nanoTime() - deadlineNs < 0
        && all.stream().anyMatch(carrier -> !carrier.hasLeft())) {
      conductor.invoke();
      driverPump.run();
      Thread.yield();
    }
    closeAll(reason);
  }

  private void closeAll(String reason) {
    carriers.closeAll(reason);
    initiators.clear();
  }

  /** Called inside the conductor, where nothing may be asked of Aeron. */
  void onAvailable(Image image) {
    if (secured) {
      makeRoomForHandshake();
    }
    inbound.add(
        new InboundStream(
            carriers,
            image,
            secured,
            context,
            errors,
            () -> streamGate,
            System.nanoTime() + context.handshakeTimeoutNs()));
  }

  /**
   * Refuses the oldest stream of the host that has most: an honest one is done within moments, and
   * a host that floods evicts its own.
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
}
