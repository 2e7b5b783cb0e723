// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import io.aeron.driver.DutyCycleTracker;
import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import java.lang.System.Logger;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.agrona.CloseHelper;
import org.agrona.concurrent.IdleStrategy;

/**
 * A media driver in this JVM, on a thread of its own or on that of its nodes, and in a directory of
 * its own that is deleted on close or when the JVM ends. Several nodes may share one; close it
 * after them. When the JVM is told to stop, the driver gives its nodes time to say goodbye first.
 * Thread-safe.
 */
public final class EmbeddedDriver implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(EmbeddedDriver.class.getName());

  /** How soon what a closed node held is given back. */
  private static final long CLEAN_UP_INTERVAL_NS = 100_000_000L;

  /** How long the nodes' thread may take to remove the driver from its agents. */
  private static final long STOP_TIMEOUT_MS = 2_000;

  /** Streams that come in at an address at a time, those of strangers included. */
  private static final int MAX_STREAMS = 512;

  /**
   * Longest term that a remote may ask for, unless this node's own are longer: that of the largest
   * named profile. Three are mapped, and take memory as far as they are written.
   */
  private static final int MAX_TERM_BYTES = 32 << 20;

  private final LongAdder errors = new LongAdder();
  private final LongAdder refused = new LongAdder();
  private final List<GuardedEndpoint> endpoints = new CopyOnWriteArrayList<>();
  private final Map<LinkAddress, Runnable> listening = new ConcurrentHashMap<>();
  private final AttachedNodes nodes = new AttachedNodes(this::onError);
  private final DriverDirectory directory = DriverDirectory.create();
  private final MediaDriver driver;
  private final Thread shutdownHook;
  private final ThreadLayout threads;
  private final Optional<RecentTraffic> traffic;

  /** The driver as an agent of the nodes' thread, if that thread runs it. */
  private final Optional<PolledDriver> polled;

  private final WakingResolver resolver;
  private boolean closed;

  private EmbeddedDriver(
      ThreadLayout threads, Optional<RecentTraffic> traffic, NetworkProfile profile) {
    this.threads = threads;
    this.traffic = traffic;
    SocketWatch watch =
        threads.socketWait().<SocketWatch>map(Function.identity()).orElse(SocketWatch.NONE);
    Runnable onPart = traffic.<Runnable>map(known -> known::onPart).orElse(() -> {});
    resolver =
        new WakingResolver(threads.socketWait().<Runnable>map(wait -> wait::wake).orElse(() -> {}));
    int receiveBytes = SocketBuffers.granted(SocketBuffers.Buffer.RECEIVE, profile);
    int sendBytes = SocketBuffers.granted(SocketBuffers.Buffer.SEND, profile);
    MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(directory.driverPath())
            .dirDeleteOnStart(false)
            .dirDeleteOnShutdown(true)
            .warnIfDirectoryExists(false)
            .printConfigurationOnStart(false)
            .threadingMode(ThreadingMode.INVOKER)
            .socketRcvbufLength(receiveBytes)
            .socketSndbufLength(sendBytes)
            .initialWindowLength(Math.max(SocketBuffers.DEFAULT_BYTES, receiveBytes))
            .streamSessionLimit(MAX_STREAMS)
            .termBufferSparseFile(true)
            .receiveChannelEndpointSupplier(
                (channel, dispatcher, status, driverContext) -> {
                  GuardedEndpoint endpoint =
                      new GuardedEndpoint(
                          channel,
                          dispatcher,
                          status,
                          driverContext,
                          Math.max(MAX_TERM_BYTES, profile.termBytes()),
                          refused,
                          watch,
                          onPart);
                  endpoints.add(endpoint);
                  return endpoint;
                })
            .sendChannelEndpointSupplier(
                (channel, status, driverContext) ->
                    new WatchedSendEndpoint(channel, status, driverContext, watch))
            .ipcMtuLength(Channels.LARGE_MTU_BYTES)
            .timerIntervalNs(CLEAN_UP_INTERVAL_NS)
            // Not Aeron's own, which writes to a mapped file. A lookup may outlive the mapping.
            .nameResolverTimeTracker(new DutyCycleTracker())
            .errorHandler(this::onError);
    context.asyncTaskExecutor(resolver);
    threads.driverThread().ifPresent(thread -> runOn(thread, context));
    try {
      driver = MediaDriver.launch(context);
    } catch (RuntimeException e) {
      directory.delete();
      resolver.close();
      throw new TransportException(
          TransportException.Kind.DRIVER,
          "cannot start a media driver in "
              + context.aeronDirectoryName()
              + " ("
              + AeronFaults.cause(e)
              + "): check that the directory can be written",
          e);
    }
    polled =
        threads.driverThread().isPresent()
            ? Optional.empty()
            : Optional.of(new PolledDriver(driver.sharedAgentInvoker()));
    polled.ifPresent(agent -> threads.nodeThread().orElseThrow().add(agent, this::onError));
    shutdownHook = new Thread(this::shutDown, "pascaline-media-driver-shutdown");
    Runtime.getRuntime().addShutdownHook(shutdownHook);
  }

  private static void runOn(ThreadLayout.OwnThread own, MediaDriver.Context context) {
    context
        .threadingMode(ThreadingMode.SHARED)
        .sharedIdleStrategy(own.idleStrategy())
        .sharedThreadFactory(
            task -> {
              Thread thread = daemon(task, "pascaline-media-driver");
              own.onStarted().accept(thread);
              return thread;
            });
  }

  /** Launches a driver that idles by {@link IdleMode#BACKOFF}. */
  public static EmbeddedDriver launch() {
    return launch(IdleMode.BACKOFF);
  }

  /**
   * Launches a driver.
   *
   * @throws TransportException if its directory cannot be made
   */
  public static EmbeddedDriver launch(IdleMode idleMode) {
    ThreadLayout.OwnThread own =
        new ThreadLayout.OwnThread(IdleStrategies.of(idleMode), thread -> {});
    return new EmbeddedDriver(
        new ThreadLayout.AllSeparate(own), Optional.empty(), NetworkProfile.usual());
  }

  /**
   * Launches a driver for one node.
   *
   * @param nodeName names the thread that the node and the driver share, if they do
   * @param spinNs how long its thread looks for work before it parks, at least 0
   * @param traffic of the node: while there is none, the thread looks less often
   * @throws TransportException if its directory cannot be made, or the system does not grant the
   *     buffers that the network needs
   */
  public static EmbeddedDriver launch(
      String nodeName,
      IdleMode idleMode,
      NetworkProfile profile,
      long spinNs,
      RecentTraffic traffic,
      DriverThread driverThread) {
    return driverThread.isShared()
        ? launchOnNodeThread("pascaline-" + nodeName, idleMode, profile, spinNs, traffic)
        : new EmbeddedDriver(
            new ThreadLayout.AllSeparate(ownThread(idleMode, traffic, spinNs)),
            Optional.empty(),
            profile);
  }

  /**
   * Launches a driver for nodes of this JVM that talk to each other through shared memory and to
   * nobody else. They share one thread, on which a message from one node to another needs nobody to
   * wake. It and the driver may idle for longer: up to a millisecond, by {@link IdleMode#BACKOFF}.
   * Any other use works, but is as much slower.
   *
   * @param spinNs how long the nodes' thread looks for work before it parks, at least 0
   * @throws TransportException if its directory cannot be made
   */
  public static EmbeddedDriver launchIsolated(IdleMode idleMode, long spinNs) {
    IdleStrategy nodesIdle =
        IdleStrategies.spinningFirst(idleMode, IdleStrategies.woken(idleMode), spinNs);
    // The driver has no part in passing a message on: it never spins.
    ThreadLayout.OwnThread own =
        new ThreadLayout.OwnThread(IdleStrategies.woken(idleMode), thread -> {});
    return withNodeThread(
        new AgentThread("pascaline-nodes", nodesIdle),
        thread ->
            new EmbeddedDriver(
                new ThreadLayout.NodesTogether(own, thread),
                Optional.empty(),
                NetworkProfile.usual()));
  }

  /**
   * Launches a driver for several nodes of this JVM that talk to other machines. They share one
   * thread and their idling.
   *
   * @param spinNs how long threads look for work before they park, at least 0
   * @throws TransportException if its directory cannot be made, or the system does not grant the
   *     buffers that the network needs
   */
  public static EmbeddedDriver launchShared(
      IdleMode idleMode, NetworkProfile profile, long spinNs, DriverThread driverThread) {
    RecentTraffic traffic = new RecentTraffic();
    if (driverThread.isShared()) {
      return launchOnNodeThread("pascaline-nodes", idleMode, profile, spinNs, traffic);
    }
    return withNodeThread(
        new AgentThread("pascaline-nodes", idle(idleMode, traffic, spinNs)),
        thread ->
            new EmbeddedDriver(
                new ThreadLayout.NodesTogether(ownThread(idleMode, traffic, spinNs), thread),
                Optional.of(traffic),
                profile));
  }

  private static EmbeddedDriver launchOnNodeThread(
      String threadName,
      IdleMode idleMode,
      NetworkProfile profile,
      long spinNs,
      RecentTraffic traffic) {
    return idleMode == IdleMode.BACKOFF
        ? launchOnWaitingThread(
            threadName, profile, spinNs, traffic, new SocketWait(traffic::isRecent))
        : withNodeThread(
            new AgentThread(threadName, IdleStrategies.of(idleMode)),
            thread ->
                new EmbeddedDriver(
                    new ThreadLayout.AllTogether(thread, Optional.empty()),
                    Optional.of(traffic),
                    profile));
  }

  /**
   * Launches a driver on a thread of nodes that blocks while it has no work.
   *
   * @param wait of that thread; closed with the driver
   */
  static EmbeddedDriver launchOnWaitingThread(
      String threadName,
      NetworkProfile profile,
      long spinNs,
      RecentTraffic traffic,
      SocketWait wait) {
    IdleStrategy idle = IdleStrategies.spinningFirst(IdleMode.BACKOFF, wait, spinNs);
    try {
      return withNodeThread(
          new AgentThread(threadName, idle, wait::wake),
          thread ->
              new EmbeddedDriver(
                  new ThreadLayout.AllTogether(thread, Optional.of(wait)),
                  Optional.of(traffic),
                  profile));
    } catch (RuntimeException | Error refused) {
      wait.close();
      throw refused;
    }
  }

  private static EmbeddedDriver withNodeThread(
      AgentThread thread, Function<AgentThread, EmbeddedDriver> launch) {
    try {
      return launch.apply(thread);
    } catch (RuntimeException | Error refused) {
      thread.close();
      throw refused;
    }
  }

  private static IdleStrategy idle(IdleMode mode, RecentTraffic traffic, long spinNs) {
    return IdleStrategies.spinningFirst(mode, IdleStrategies.of(mode, traffic), spinNs);
  }

  private static ThreadLayout.OwnThread ownThread(
      IdleMode mode, RecentTraffic traffic, long spinNs) {
    return new ThreadLayout.OwnThread(idle(mode, traffic, spinNs), traffic::wakes);
  }

  /** Returns the traffic of all nodes by which the driver idles; empty if it idles by itself. */
  public Optional<RecentTraffic> traffic() {
    return traffic;
  }

  /** Returns the thread that the driver's nodes share; empty if each has one of its own. */
  public Optional<AgentThread> nodeThread() {
    return threads.nodeThread();
  }

  /**
   * Does some of the driver's work if the caller is on the thread that the driver shares with its
   * nodes, and wakes that thread otherwise. Does nothing if the driver has a thread of its own. A
   * node calls this while it waits until its messages have left.
   */
  public void pump() {
    if (polled.isEmpty()) {
      return;
    }
    AgentThread thread = threads.nodeThread().orElseThrow();
    if (!thread.isCurrent()) {
      thread.wake();
    } else if (thread.runs(polled.get())) {
      // Not after the driver was removed: its owner may be unmapping its files.
      polled.get().doWork();
    }
  }

  /**
   * Returns the directory that other processes of the same user can name as {@code aeronDirectory}.
   * Another process cannot wake a driver on the nodes' thread, so its messages may wait for up to
   * 50 ms. Launch the driver with {@link DriverThread#OWN} in this case.
   */
  public String directory() {
    return driver.aeronDirectoryName();
  }

  /** Faults that the driver met; those caused by a node's request reach that node as well. */
  public long errors() {
    return errors.sum();
  }

  /**
   * Datagrams that the driver did not act on: setups that no remote sends, or beyond what a source
   * may ask for, and frames that are not as long as they say.
   */
  public long refusedDatagrams() {
    return refused.sum();
  }

  @Override
  public void close() {
    closeDriver();
    try {
      Runtime.getRuntime().removeShutdownHook(shutdownHook);
    } catch (IllegalStateException e) {
      // The JVM is going down: the hook runs, finds the driver closed and is done.
      LOGGER.log(Logger.Level.TRACE, "closed during shutdown", e);
    }
  }

  /**
   * Notes that a node listens at an address: the driver itself would let two nodes share it, and
   * both would hear everything.
   *
   * @param wake ends the node's idling
   * @throws TransportException if another node of this driver does
   */
  public void claim(LinkAddress address, Runnable wake) {
    if (listening.putIfAbsent(address, wake) != null) {
      throw AeronFaults.taken(address, null);
    }
  }

  /**
   * Returns what ends the idling of the node that listens at an address, or null if none of this
   * driver's nodes does.
   */
  public Runnable wakerAt(LinkAddress address) {
    return listening.get(address);
  }

  /**
   * Returns the gate of a port that a node has opened.
   *
   * @param bound the port's own address and number, as Aeron writes them
   */
  public StreamGate gateAt(String bound) {
    endpoints.removeIf(GuardedEndpoint::isClosed);
    return endpoints.stream()
        .filter(endpoint -> bound.equals(endpoint.bindAddressAndPort()))
        .map(GuardedEndpoint::gate)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("nothing listens at " + bound));
  }

  /** Forgets an address. */
  public void release(LinkAddress address) {
    listening.remove(address);
  }

  /** Notes a node that uses the driver, to be closed before it. */
  public void attach(AutoCloseable node) {
    nodes.add(node);
  }

  /** Notes that a node has closed. */
  public void detach(AutoCloseable node) {
    nodes.remove(node);
  }

  /**
   * Runs beside the hooks of the nodes' owners when the JVM stops: lets them close their nodes,
   * closes those that nobody does, and then the driver. Owners that take longer than two seconds
   * must be among {@link NodeOwners#ofProcess}. Bounded but for these, so that a stuck listener
   * does not keep the process.
   */
  public void shutDown() {
    try {
      nodes.closeWhatOwnersLeave();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      closeDriver();
    }
  }

  /** Whoever comes second waits for the first: a stopping JVM would interrupt it otherwise. */
  private synchronized void closeDriver() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      if (isLetGo()) {
        // Before the driver: a selector keeps a closed socket open until it selects again.
        threads.socketWait().ifPresent(CloseHelper::close);
        driver.close();
      } else {
        // A listener holds the thread. The driver may run again, so its files must stay mapped. Its
        // thread closes it after its nodes, once the listener returns.
        threads.nodeThread().orElseThrow().end(polled.orElseThrow());
        onError(new IllegalStateException("the driver's thread does not end"));
      }
    } finally {
      directory.delete();
      resolver.close();
      threads.nodeThread().ifPresent(AgentThread::close);
      threads.socketWait().ifPresent(CloseHelper::close);
    }
  }

  /** Takes the driver off the nodes' thread; false if that does not let go of it in time. */
  private boolean isLetGo() {
    return polled.isEmpty()
        || threads.nodeThread().orElseThrow().remove(polled.get(), STOP_TIMEOUT_MS);
  }

  private void onError(Throwable fault) {
    errors.increment();
    LOGGER.log(Logger.Level.DEBUG, "media driver", fault);
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }
}
