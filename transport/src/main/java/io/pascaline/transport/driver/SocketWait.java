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
 * another thread hands it something, or a timer of the driver may be due. {@link #idle} belongs to
 * that thread, {@link #wake} and {@link #close} to any thread.
 *
 * <p>No wake-up is lost. The thread waits only after it announced this ({@link State#ARMED}), then
 * ran its agents once more, and they had no work. Whoever hands it something stores that first and
 * then reads the state. Both have a full fence in between. Therefore either the agents see what was
 * stored, or the reader sees a state later than {@link State#LOOKING} and replaces it with {@link
 * State#WOKEN}. The thread begins to wait by a compare-and-set that fails in this state. If the
 * state was replaced after that, {@link Selector#wakeup} and {@link LockSupport#unpark} also end a
 * wait that has not begun yet. A datagram needs none of this, because a selector returns while a
 * socket is readable.
 */
final class SocketWait implements IdleStrategy, SocketWatch, AutoCloseable {
  private static final Logger LOGGER = System.getLogger(SocketWait.class.getName());
  private static final Consumer<SelectionKey> LEFT_TO_THE_DRIVER = key -> {};

  /** What the driver's timers need while messages are in flight, in the unit of a selector. */
  private static final long BUSY_TIMEOUT_MS = 2;

  /** Heartbeats of the driver are due every 100 ms. */
  private static final long QUIET_TIMEOUT_MS = 50;

  /** How many waits in a row may take less than half their time without giving the agents work. */
  private static final int MAX_VAIN_WAITS = 10;

  /**
   * What a wait without sockets leaves of that count. The next waits are for sockets again, so that
   * datagrams that are no work to the driver, such as empty ones, do not fill its buffers.
   */
  private static final int VAIN_WAITS_AFTER_PARK = MAX_VAIN_WAITS / 2;

  /** How long a wait takes that no socket ends. */
  private static final long PARK_NS = TimeUnit.MILLISECONDS.toNanos(1);

  private enum State {
    /** The thread runs its agents and will do so at least once more. */
    LOOKING,
    /** The thread waits next, unless its agents find work. */
    ARMED,
    /** The thread waits for its sockets, a wake-up or a time. */
    SELECTING,
    /** The thread waits for a wake-up or a time, as its sockets tell it nothing. */
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
   * A strategy for one thread.
   *
   * @param isBusy whether messages are in flight, so that the driver's timers are short
   * @throws UncheckedIOException if the system has no selector left
   */
  SocketWait(BooleanSupplier isBusy) {
    this(isBusy, BUSY_TIMEOUT_MS, QUIET_TIMEOUT_MS);
  }

  /** The same, with other times of at least 1 ms. */
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
    // Nobody ends this thread by an interruption. While it is set, no wait would last.
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
   * Ends the wait that there is or that comes next. The caller has stored what it hands over.
   * Returns at once while the thread is busy.
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

  /** Returns whether the thread waits now; from any thread. */
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

  /** A selector holds a closed socket, and with it the port, until it selects next. */
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
      LOGGER.log(Logger.Level.DEBUG, "cannot let go of a socket", e);
    }
  }

  /** Lets go of all sockets. The thread may go on, and parks from then on. */
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
