package io.pascaline.transport.aeron;

import io.aeron.driver.MediaDriver;
import io.aeron.driver.ThreadingMode;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.TransportException;
import java.io.IOException;
import java.lang.System.Logger;
import java.net.StandardSocketOptions;
import java.nio.channels.DatagramChannel;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.agrona.concurrent.IdleStrategy;

/**
 * A media driver in this JVM, on one thread and in a directory of its own that is deleted on close
 * or when the JVM ends. Several nodes may share one; close it after them. Thread-safe.
 */
public final class EmbeddedDriver implements AutoCloseable {
  private static final Logger LOGGER = System.getLogger(EmbeddedDriver.class.getName());

  /** How soon what a closed node held is given back. */
  private static final long CLEAN_UP_INTERVAL_NS = 100_000_000L;

  private static final int SOCKET_BUFFER_BYTES = 2 << 20;
  private static final int DEFAULT_WINDOW_BYTES = 128 << 10;

  private final LongAdder errors = new LongAdder();
  private final Map<LinkAddress, NodeAgent> listening = new ConcurrentHashMap<>();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final DriverDirectory directory = DriverDirectory.create();
  private final MediaDriver driver;
  private final Thread shutdownHook;

  private EmbeddedDriver(IdleMode idleMode) {
    final IdleStrategy idleStrategy = IdleStrategies.of(idleMode);
    final int receiveBytes = grantedSocketBuffer(true);
    final int sendBytes = grantedSocketBuffer(false);
    final MediaDriver.Context context =
        new MediaDriver.Context()
            .aeronDirectoryName(directory.driverPath())
            .dirDeleteOnStart(false)
            .dirDeleteOnShutdown(true)
            .warnIfDirectoryExists(false)
            .printConfigurationOnStart(false)
            .threadingMode(ThreadingMode.SHARED)
            .sharedIdleStrategy(idleStrategy)
            .sharedThreadFactory(task -> daemon(task, "pascaline-media-driver"))
            .socketRcvbufLength(receiveBytes)
            .socketSndbufLength(sendBytes)
            .initialWindowLength(Math.max(DEFAULT_WINDOW_BYTES, receiveBytes))
            .ipcMtuLength(Channels.LARGE_MTU_BYTES)
            .timerIntervalNs(CLEAN_UP_INTERVAL_NS)
            .errorHandler(this::onError);
    try {
      driver = MediaDriver.launch(context);
    } catch (RuntimeException e) {
      directory.delete();
      throw new TransportException(
          TransportException.Kind.DRIVER,
          "cannot start a media driver in "
              + context.aeronDirectoryName()
              + " ("
              + CarrierFaults.cause(e)
              + "): check that the directory can be written",
          e);
    }
    shutdownHook = new Thread(this::closeDriver, "pascaline-media-driver-shutdown");
    Runtime.getRuntime().addShutdownHook(shutdownHook);
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
    return new EmbeddedDriver(idleMode);
  }

  /** Directory that other processes on this machine can name as {@code aeronDirectory}. */
  public String directory() {
    return driver.aeronDirectoryName();
  }

  /** Faults that the driver met; those caused by a node's request reach that node as well. */
  public long errors() {
    return errors.sum();
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
   */
  void claim(LinkAddress address, NodeAgent node) {
    if (listening.putIfAbsent(address, node) != null) {
      throw CarrierFaults.taken(address, null);
    }
  }

  /** The node that listens at an address, or null if none of this driver's nodes does. */
  NodeAgent listenerAt(LinkAddress address) {
    return listening.get(address);
  }

  /** Forgets an address. */
  void release(LinkAddress address) {
    listening.remove(address);
  }

  private void closeDriver() {
    if (closed.compareAndSet(false, true)) {
      driver.close();
      directory.delete();
    }
  }

  private void onError(Throwable fault) {
    errors.increment();
    LOGGER.log(Logger.Level.DEBUG, "media driver", fault);
  }

  private static Thread daemon(Runnable task, String name) {
    final Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** What the system gives of the buffer we would like: Aeron insists on what it is told. */
  private static int grantedSocketBuffer(boolean receive) {
    try (DatagramChannel probe = DatagramChannel.open()) {
      final var option =
          receive ? StandardSocketOptions.SO_RCVBUF : StandardSocketOptions.SO_SNDBUF;
      probe.setOption(option, SOCKET_BUFFER_BYTES);
      return Math.min(SOCKET_BUFFER_BYTES, probe.getOption(option));
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot ask for socket buffers", e);
      return DEFAULT_WINDOW_BYTES;
    }
  }
}
