// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.invoke.VarHandle;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.agrona.concurrent.IdleStrategy;

/**
 * Blocks a thread that does the work of a media driver and of its nodes until a datagram arrives,
 * another thread hands it something, or a timer of the driver may be due. Only that thread calls
 * {@link #idle}. Any thread may call {@link #wake} and {@link #close}.
 *
 * <p>No wake-up is lost. Before it waits, the thread sets {@link State#ARMED} and runs its agents
 * once more. It waits only if they have no work. Another thread first stores what it hands over and
 * then reads the state. Each of the two threads has a full fence between its two steps. Therefore
 * either the agents see what was stored, or the other thread reads a state later than {@link
 * State#LOOKING} and replaces it with {@link State#WOKEN}. The thread begins to wait with a
 * compare-and-set, which fails in this state. If the state is replaced after that, {@link
 * Selector#wakeup} and {@link LockSupport#unpark} also end a wait that has not begun yet. A
 * datagram needs no wake-up, because a selector returns while a socket is readable.
 */
final class SocketWait implements IdleStrategy, SocketWatch, AutoCloseable {
  private static final Logger LOGGER = System.getLogger(SocketWait.class.getName());
  private static final Consumer<SelectionKey> LEFT_TO_THE_DRIVER = key -> {};

  /** Longest wait while messages are in flight, because the driver's timers are then short. */
  private static final long BUSY_TIMEOUT_MS = 2;

  /** Longest wait otherwise. Heartbeats of the driver are due every 100 ms. */
  private static final long QUIET_TIMEOUT_MS = 50;

  /** Limit of waits in a row that end within half of their time and give the agents no work. */
  private static final int MAX_VAIN_WAITS = 10;

  /**
   * This count after a park. The thread then selects a few times, so that the driver reads
   * datagrams that it does not count as work, such as empty ones, before they fill its buffers.
   */
  private static final int VAIN_WAITS_AFTER_PARK = MAX_VAIN_WAITS / 2;

  /** Length of a park, which no socket ends. */
  private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private enum State {
    /** The thread runs its agents and will do so at least once more. */
    LOOKING,
    /** The thread waits next, unless its agents find work. */
    ARMED,
    /** The thread waits for its sockets, a wake-up or a time. */
    SELECTING,
    /** The thread waits for a wake-up or a time, without its sockets. */
    PARKED,
    /** Something was handed over since the thread was armed. */
    WOKEN
  }

  private final AtomicReference<State> state = new AtomicReference<>(State.LOOKING);
  private final BooleanSupplier isBusy;
  private final long busyTimeoutMs;
  private final long quietTimeoutMs;
  private final Selector selector;
  private volatile Thread thread;
  private int vainWaits;

  /**
   * Creates a strategy for one thread.
   *
   * @param isBusy whether messages are in flight, so that the driver's timers are short
   * @throws UncheckedIOException if the system has no selector left
   */
  SocketWait(BooleanSupplier isBusy) {
    this(isBusy, BUSY_TIMEOUT_MS, QUIET_TIMEOUT_MS);
  }

  /** Creates a strategy with other longest waits, of at least 1 ms. */
  SocketWait(BooleanSupplier isBusy, long busyTimeoutMs, long quietTimeoutMs) {
    this.isBusy = isBusy;
    this.busyTimeoutMs = busyTimeoutMs;
    this.quietTimeoutMs = quietTimeoutMs;
    try {
      selector = Selector.open();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void idle(int workCount) {
    if (workCount > 0) {
      reset();
    } else {
      idle();
    }
  }

  @Override
  public void idle() {
    switch (state.get()) {
      case LOOKING -> arm();
      case ARMED -> await();
      default -> reset();
    }
  }

  @Override
  public void reset() {
    vainWaits = 0;
    look();
  }

  private void look() {
    if (state.get() != State.LOOKING) {
      state.set(State.LOOKING);
    }
  }

  private void arm() {
    thread = Thread.currentThread();
    state.set(State.ARMED);
    VarHandle.fullFence();
  }

  private void await() {
    boolean selects = vainWaits < MAX_VAIN_WAITS && selector.isOpen();
    State waiting = selects ? State.SELECTING : State.PARKED;
    if (!state.compareAndSet(State.ARMED, waiting)) {
      reset();
      return;
    }
    long beganNs = System.nanoTime();
    long timeoutMs = isBusy.getAsBoolean() ? busyTimeoutMs : quietTimeoutMs;
    boolean isReadable = false;
    if (selects) {
      isReadable = select(timeoutMs);
    } else {
      LockSupport.parkNanos(this, PARK_NS);
    }
    // Nobody ends this thread with an interruption. A wait that is interrupted ends at once.
    Thread.interrupted();
    if (isReadable) {
      look();
    } else if (state.compareAndSet(waiting, State.ARMED)) {
      VarHandle.fullFence();
    } else {
      reset();
      return;
    }
    if (selects) {
      boolean isEarly = System.nanoTime() - beganNs < TimeUnit.MILLISECONDS.toNanos(timeoutMs) / 2;
      vainWaits = isEarly ? vainWaits + 1 : 0;
    } else {
      vainWaits = VAIN_WAITS_AFTER_PARK;
    }
  }

  /** Returns whether the wait ended because a datagram can be read. */
  private boolean select(long timeoutMs) {
    try {
      return selector.select(LEFT_TO_THE_DRIVER, timeoutMs) > 0;
    } catch (ClosedSelectorException closed) {
      return false;
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot wait for datagrams", e);
      return false;
    }
  }

  /**
   * Ends the current wait or the next one. The caller must store what it hands over before this
   * call. Returns at once while the thread is busy.
   */
  void wake() {
    VarHandle.fullFence();
    State was = state.get();
    while (was != State.LOOKING && was != State.WOKEN) {
      if (state.compareAndSet(was, State.WOKEN)) {
        if (was == State.SELECTING) {
          selector.wakeup();
        } else if (was == State.PARKED) {
          LockSupport.unpark(thread);
        }
        return;
      }
      was = state.get();
    }
  }

  /** Returns whether the thread waits now. Any thread may call this. */
  boolean isBlocked() {
    State now = state.get();
    return now == State.SELECTING || now == State.PARKED;
  }

  @Override
  public void onOpened(DatagramChannel channel) {
    thread = Thread.currentThread();
    try {
      channel.register(selector, SelectionKey.OP_READ);
    } catch (ClosedSelectorException | ClosedChannelException closed) {
      LOGGER.log(Logger.Level.TRACE, "a socket opened too late", closed);
    }
    wake();
  }

  /** Frees the port of a closed socket, which a selector keeps until it selects next. */
  @Override
  public void onClosed() {
    if (Thread.currentThread() != thread) {
      wake();
      return;
    }
    try {
      selector.selectNow(LEFT_TO_THE_DRIVER);
    } catch (ClosedSelectorException closed) {
      LOGGER.log(Logger.Level.TRACE, "the selector holds no socket any more", closed);
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "cannot release a socket", e);
    }
  }

  /** Releases all sockets. The thread may continue. It then parks and no longer selects. */
  @Override
  public void close() {
    try {
      selector.close();
    } catch (IOException e) {
      LOGGER.log(Logger.Level.DEBUG, "selector", e);
    }
  }

  @Override
  public String alias() {
    return "wait for datagrams";
  }
}
