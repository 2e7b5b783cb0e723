// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.aeron.Aeron;
import io.aeron.Subscription;
import io.aeron.exceptions.AeronException;
import io.aeron.exceptions.DriverTimeoutException;
import io.aeron.status.ChannelEndpointStatus;
import io.pascaline.transport.driver.AeronFaults;
import io.pascaline.transport.driver.Channels;
import io.pascaline.transport.driver.DriverStatus;
import io.pascaline.transport.driver.EmbeddedDriver;
import io.pascaline.transport.driver.RecentTraffic;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import io.pascaline.transport.secure.LinkSecurity;
import io.pascaline.transport.secure.PinnedPeers;
import io.pascaline.transport.secure.PublicIdentity;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.agrona.CloseHelper;

/**
 * One node of the deployment on the wire: listens at one address, dials others, and polls all its
 * links on one thread. Thread-safe.
 */
public final class TransportNode implements AutoCloseable {
  private static final long RESOLVE_TIMEOUT_NS = TimeUnit.SECONDS.toNanos(5);
  private static final long RETRY_PAUSE_NS = TimeUnit.MILLISECONDS.toNanos(2);
  private static final int CLOSE_RETRY_MS = 10_000;

  /** Held while the node closes: whoever comes second waits until it has. */
  private final Object closing = new Object();

  private volatile boolean closed;
  private final NodeDriver driver;
  private final LinkAddress address;
  private final NodeAgent agent;
  private final NodeThread thread;
  private final NodeErrors errors;
  private volatile LinkSecurity security;

  private TransportNode(TransportContext context) {
    security = context.security();
    errors = new NodeErrors(context.name(), context.errorHandler());
    RecentTraffic traffic =
        Optional.ofNullable(context.embeddedDriver())
            .flatMap(EmbeddedDriver::traffic)
            .orElseGet(RecentTraffic::new);
    agent = new NodeAgent(context, errors, traffic);
    driver = NodeDriver.of(context, traffic);
    try {
      address = listen(driver, context, agent, errors);
      driver.embedded().ifPresent(embedded -> join(embedded, address, agent));
    } catch (RuntimeException e) {
      CloseHelper.quietClose(driver::closeIfOwn);
      throw e;
    }
    driver
        .embedded()
        .ifPresent(embedded -> agent.counters().watchDatagrams(embedded::refusedDatagrams));
    thread = NodeThread.start(agent, errors, driver, context, traffic);
  }

  /**
   * Starts a node.
   *
   * @throws TransportException if the address is taken or cannot be bound, or the media driver does
   *     not answer
   * @throws IllegalArgumentException for a setting out of range
   */
  public static TransportNode launch(TransportContext context) {
    TransportNode node = new TransportNode(context.conclude());
    node.driver.embedded().ifPresent(embedded -> embedded.attach(node));
    return node;
  }

  /** Returns where the node listens, an ephemeral port resolved. */
  public LinkAddress address() {
    return address;
  }

  /** Returns whether it has closed, or is about to. */
  public boolean isClosed() {
    return closed;
  }

  /** Returns the polling thread's own. */
  NodeAgent agent() {
    return agent;
  }

  /** Returns what happened on the node so far. */
  public NodeCounters counters() {
    return agent.counters();
  }

  /** Returns where the media driver keeps its file, for {@link DriverStatus#read}. */
  public String driverDirectory() {
    return driver.directory();
  }

  /** One of the media driver's counters; 0 once the driver is gone. Maps its file for the time. */
  public long driverCounter(DriverStatus.Indicator indicator) {
    return DriverStatus.value(driver.directory(), indicator);
  }

  /**
   * Dials a remote, and dials it again whenever the link is lost, until this node closes. A second
   * call for the same address does nothing. Of two nodes one should dial: if both do, they get two
   * links.
   *
   * @param name who must answer there, as in {@link PinnedPeers.Peer#name}; nobody else is talked
   *     to
   * @throws IllegalArgumentException if the address cannot be dialled or is this node's own, or if
   *     links are protected and there is not exactly one pinned peer of the name
   */
  public void connect(LinkAddress peer, String name) {
    Objects.requireNonNull(peer, "peer");
    Objects.requireNonNull(name, "name");
    Channels.requireDialable("peer", peer);
    if (peer.equals(address)) {
      throw new IllegalArgumentException("peer is " + peer + ", which is this node's own address");
    }
    agent.connect(peer, pinned(name));
  }

  /**
   * Pins other clients from now on; parties and dealer stay. The links of clients that are not
   * among them any more are closed.
   *
   * @param clients all of them
   * @throws IllegalArgumentException if an identity occurs twice, or is another role's
   * @throws IllegalStateException if links are in plaintext, where nobody is pinned
   */
  public synchronized void admitClients(List<PublicIdentity> clients) {
    if (!(security instanceof LinkSecurity.Secured secured)) {
      throw new IllegalStateException("links are in plaintext: no identity is pinned");
    }
    LinkSecurity.Secured next =
        new LinkSecurity.Secured(
            secured.own(), secured.peers().withClients(clients), secured.rekey());
    security = next;
    agent.admit(next);
  }

  private PinnedPeers.Peer pinned(String name) {
    if (!(security instanceof LinkSecurity.Secured secured)) {
      return null;
    }
    List<PinnedPeers.Peer> found = secured.peers().named(name);
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "name is " + name + ", of which there are " + found.size() + " pinned identities");
    }
    return found.get(0);
  }

  /**
   * Closes every link, telling the remotes and the listener, and releases what was mapped.
   * Idempotent; whoever calls it returns once the node has closed, or after 30 s in which a
   * listener held the polling thread. No listener may call it.
   */
  @Override
  public void close() {
    close(CLOSE_RETRY_MS);
  }

  /** Closes as {@link #close()} does, but times out after another time. */
  void close(int retryMs) {
    if (thread.isCurrent()) {
      throw new IllegalStateException("a listener cannot close its own node");
    }
    synchronized (closing) {
      if (!closed) {
        closed = true;
        closeParts(retryMs);
      }
    }
  }

  private void closeParts(int retryMs) {
    agent.expectClose();
    try {
      thread.close(retryMs, this::onStuck);
    } finally {
      driver.embedded().ifPresent(embedded -> embedded.detach(this));
      CloseHelper.quietClose(driver::closeIfOwn);
    }
  }

  private void onStuck(String who) {
    errors.onError(
        new TransportException(
            TransportException.Kind.CARRIER, who + " does not end: a listener may be blocking it"));
  }

  private static Aeron connect(String directory, long driverTimeoutMs, NodeErrors errors) {
    try {
      return Aeron.connect(
          new Aeron.Context()
              .aeronDirectoryName(directory)
              .driverTimeoutMs(driverTimeoutMs)
              .useConductorAgentInvoker(true)
              .errorHandler(errors)
              .subscriberErrorHandler(errors));
    } catch (AeronException e) {
      throw AeronFaults.onDriver("the media driver of " + directory, e);
    }
  }

  private static LinkAddress listen(
      NodeDriver driver, TransportContext context, NodeAgent agent, NodeErrors errors) {
    LinkAddress wanted = context.listen();
    Aeron aeron = connect(driver.directory(), context.driverTimeoutMs(), errors);
    try {
      Subscription subscription = subscribe(aeron, wanted, agent);
      LinkAddress bound = resolve(aeron, subscription, wanted);
      LinkAddress reply =
          context.advertised() == null
              ? Channels.numeric("listen", bound)
              : Channels.numeric("advertise", context.advertised());
      driver.embedded().ifPresent(embedded -> embedded.claim(bound, agent::wake));
      agent.start(aeron, subscription, reply);
      return bound;
    } catch (RuntimeException e) {
      CloseHelper.quietClose(aeron);
      throw e instanceof AeronException fault ? AeronFaults.onListen(wanted, fault) : e;
    }
  }

  /** Ends the agent, which nobody else would, if the driver does not know the node's port. */
  private static void join(EmbeddedDriver embedded, LinkAddress bound, NodeAgent agent) {
    // Not before: two nodes at one address would both hear everything.
    agent.endsWith(() -> embedded.release(bound));
    try {
      agent.guard(embedded);
    } catch (RuntimeException e) {
      agent.expectClose();
      CloseHelper.quietClose(agent::onClose);
      throw e;
    }
    agent.pumpsBy(embedded::pump);
  }

  private static Subscription subscribe(Aeron aeron, LinkAddress wanted, NodeAgent agent) {
    return aeron.addSubscription(
        wanted.channel(), wanted.streamId(), agent::onAvailable, image -> {});
  }

  private static LinkAddress resolve(Aeron aeron, Subscription subscription, LinkAddress wanted) {
    if (Channels.isIpc(wanted)) {
      return wanted;
    }
    long deadlineNs = System.nanoTime() + RESOLVE_TIMEOUT_NS;
    String resolved = subscription.tryResolveChannelEndpointPort();
    while (resolved == null) {
      if (subscription.channelStatus() == ChannelEndpointStatus.ERRORED) {
        throw new AeronException("the driver could not open it");
      }
      if (System.nanoTime() - deadlineNs > 0) {
        throw new DriverTimeoutException("the listen address was not bound in time");
      }
      aeron.conductorAgentInvoker().invoke();
      LockSupport.parkNanos(RETRY_PAUSE_NS);
      resolved = subscription.tryResolveChannelEndpointPort();
    }
    return Channels.resolved(wanted, resolved);
  }
}
