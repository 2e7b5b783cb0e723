// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.Agent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class SocketWaitTest {
  /** Longer than any test may take, so a timeout never ends such a wait in time. */
  private static final long FOR_EVER_MS = 600_000;

  private static final long DEADLINE_S = 30;
  private static final long SEED = 0x5eed_1e55L;

  private final SocketWait wait = new SocketWait(() -> false, FOR_EVER_MS, FOR_EVER_MS);
  private final List<AgentThread> threads = new ArrayList<>();

  @AfterEach
  void close() {
    threads.forEach(AgentThread::close);
    wait.close();
  }

  /** Takes what is handed over and reads what arrives. */
  private static final class Taker implements Agent {
    private final Queue<CountDownLatch> handedOver = new ConcurrentLinkedQueue<>();
    private final CountDownLatch received = new CountDownLatch(1);
    private final DatagramChannel channelOrNull;
    private volatile Thread thread;

    Taker(DatagramChannel channelOrNull) {
      this.channelOrNull = channelOrNull;
    }

    @Override
    public void onStart() {
      thread = Thread.currentThread();
    }

    @Override
    public int doWork() throws IOException {
      if (channelOrNull != null && channelOrNull.receive(ByteBuffer.allocate(8)) != null) {
        received.countDown();
        return 1;
      }
      CountDownLatch next = handedOver.poll();
      if (next == null) {
        return 0;
      }
      next.countDown();
      return 1;
    }

    @Override
    public String roleName() {
      return "taker";
    }
  }

  private static DatagramChannel opened() throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    channel.configureBlocking(false);
    return channel;
  }

  private static void sendTo(DatagramChannel receiver) throws IOException {
    try (DatagramChannel sender = DatagramChannel.open()) {
      sender.send(ByteBuffer.allocate(1), receiver.getLocalAddress());
    }
  }

  private Taker started(DatagramChannel channelOrNull) {
    AgentThread thread = new AgentThread("waits", wait, wait::wake);
    threads.add(thread);
    Taker taker = new Taker(channelOrNull);
    thread.add(taker, thrown -> {});
    return taker;
  }

  private void awaitBlocked() {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_S);
    while (!wait.isBlocked()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "the thread does not wait");
      Thread.onSpinWait();
    }
  }

  /**
   * A single producer finds a wake-up that is lost for good. With several producers, wakers also
   * meet each other.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 8})
  void shouldLoseNoWakeUp(int producerCount) throws Exception {
    int handOverCount = 40_000 / producerCount;
    Taker taker = started(null);
    ExecutorService producers = Executors.newFixedThreadPool(producerCount);
    try {
      List<Callable<Void>> work = new ArrayList<>();
      SplittableRandom seeds = new SplittableRandom(SEED);
      for (int producer = 0; producer < producerCount; producer++) {
        SplittableRandom random = seeds.split();
        work.add(
            () -> {
              for (int i = 0; i < handOverCount; i++) {
                // The thread looks for work about as long, so wake-ups meet all its states.
                for (int spins = random.nextInt(1_000); spins > 0; spins--) {
                  Thread.onSpinWait();
                }
                CountDownLatch taken = new CountDownLatch(1);
                taker.handedOver.add(taken);
                wait.wake();
                assertTrue(taken.await(DEADLINE_S, TimeUnit.SECONDS), "lost wake-up " + i);
              }
              return null;
            });
      }
      for (Future<Void> done : producers.invokeAll(work)) {
        done.get();
      }
    } finally {
      producers.shutdownNow();
    }
  }

  @Test
  void shouldHandleRequestsWhileTheThreadWaits() {
    Taker first = started(null);
    awaitBlocked();
    assertTrue(threads.get(0).remove(first, TimeUnit.SECONDS.toMillis(DEADLINE_S)));
  }

  @Test
  void shouldEndTheThreadWhileItWaits() throws InterruptedException {
    Taker taker = started(null);
    awaitBlocked();
    threads.get(0).close();
    taker.thread.join(TimeUnit.SECONDS.toMillis(DEADLINE_S));
    assertFalse(taker.thread.isAlive());
  }

  @Test
  void shouldWakeWhenADatagramArrives() throws Exception {
    try (DatagramChannel channel = opened()) {
      wait.onOpened(channel);
      Taker taker = started(channel);
      awaitBlocked();
      sendTo(channel);
      assertTrue(taker.received.await(DEADLINE_S, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldWakeForASocketThatOpensWhileTheThreadWaits() throws Exception {
    try (DatagramChannel channel = opened()) {
      Taker taker = started(channel);
      awaitBlocked();
      wait.onOpened(channel);
      sendTo(channel);
      assertTrue(taker.received.await(DEADLINE_S, TimeUnit.SECONDS));
    }
  }

  @Test
  void shouldFreeThePortOfASocketAtOnce() throws IOException {
    DatagramChannel channel = opened();
    InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
    wait.onOpened(channel);
    channel.close();
    wait.onClosed();
    try (DatagramChannel next = DatagramChannel.open()) {
      next.bind(address);
      assertEquals(address, next.getLocalAddress());
    }
  }

  @Test
  void shouldFreeThePortOfASocketThatClosesAfterIt() throws IOException {
    DatagramChannel channel = opened();
    InetSocketAddress address = (InetSocketAddress) channel.getLocalAddress();
    wait.onOpened(channel);
    wait.close();
    channel.close();
    wait.onClosed();
    try (DatagramChannel next = DatagramChannel.open()) {
      next.bind(address);
      assertEquals(address, next.getLocalAddress());
    }
  }

  /** Idles on this thread for a time and returns how often. */
  private static int idleCalls(SocketWait strategy, long timeMs) {
    long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeMs);
    int calls = 0;
    while (System.nanoTime() - deadlineNs < 0) {
      strategy.idle(0);
      calls++;
    }
    return calls;
  }

  @Test
  void shouldNotSpinAfterAnInterruption() {
    try (SocketWait short50 = new SocketWait(() -> false, 50, 50)) {
      Thread.currentThread().interrupt();
      int calls = idleCalls(short50, 500);
      assertFalse(Thread.interrupted());
      assertTrue(calls < 100, () -> calls + " calls in 500 ms");
    }
  }

  @Test
  void shouldNotSpinWhileNobodyReadsADatagram() throws IOException {
    try (SocketWait short50 = new SocketWait(() -> false, 50, 50);
        DatagramChannel channel = opened()) {
      short50.onOpened(channel);
      sendTo(channel);
      // A few selections for each millisecond. A loop would make a hundred times as many.
      int calls = idleCalls(short50, 500);
      assertTrue(calls < 10_000, () -> calls + " calls in 500 ms");
    }
  }

  @Test
  void shouldWaitForSocketsAgainAfterAnIgnoredDatagramIsRead() throws IOException {
    try (SocketWait short50 = new SocketWait(() -> false, 50, 50);
        DatagramChannel channel = opened()) {
      short50.onOpened(channel);
      sendTo(channel);
      idleCalls(short50, 100);
      channel.receive(ByteBuffer.allocate(16));

      // The thread would park for a millisecond at a time if it no longer asked its selector.
      int calls = idleCalls(short50, 500);
      assertTrue(calls < 100, () -> calls + " calls in 500 ms");
    }
  }

  @Test
  void shouldNotSpinAfterItsSelectorHasClosed() {
    wait.close();
    int calls = idleCalls(wait, 500);
    assertTrue(calls < 1_000, () -> calls + " calls in 500 ms");
  }

  @Test
  void shouldWakeAfterItsSelectorHasClosed() throws InterruptedException {
    Taker taker = started(null);
    awaitBlocked();
    wait.close();
    CountDownLatch taken = new CountDownLatch(1);
    taker.handedOver.add(taken);
    wait.wake();
    assertTrue(taken.await(DEADLINE_S, TimeUnit.SECONDS));
  }

  @Test
  void shouldWaitForTheShortTimeOnlyWhileMessagesAreInFlight() {
    try (SocketWait busy = new SocketWait(() -> true, 1, FOR_EVER_MS)) {
      int calls = idleCalls(busy, 50);
      assertTrue(calls > 10, () -> calls + " calls in 50 ms");
    }
    long beganNs = System.nanoTime();
    try (SocketWait quiet = new SocketWait(() -> false, FOR_EVER_MS, 100)) {
      while (System.nanoTime() - beganNs < TimeUnit.MILLISECONDS.toNanos(100)) {
        quiet.idle(0);
      }
    }
    assertTrue(System.nanoTime() - beganNs < TimeUnit.SECONDS.toNanos(DEADLINE_S));
  }
}
