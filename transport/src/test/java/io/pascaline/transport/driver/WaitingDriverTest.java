// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.logbuffer.FragmentHandler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Runs two drivers on threads that wait for their sockets, without a time limit while quiet. */
@Timeout(120)
class WaitingDriverTest {
  private static final long FOR_EVER_MS = 600_000;
  private static final long DEADLINE_NS = TimeUnit.SECONDS.toNanos(30);
  private static final int STREAM_ID = 7;
  private static final int MESSAGE_BYTES = 1_024;
  private static final int TERM_BYTES = 16 << 20;

  /** Half a term; the receiver has to announce its progress several times before all is sent. */
  private static final int MESSAGE_COUNT = (TERM_BYTES / 2 - (1 << 20)) / (MESSAGE_BYTES + 32);

  private final AtomicBoolean senderIsBusy = new AtomicBoolean(true);
  private final AtomicBoolean receiverIsBusy = new AtomicBoolean(true);
  private final SocketWait senderWait = new SocketWait(senderIsBusy::get, 1, FOR_EVER_MS);
  private final SocketWait receiverWait = new SocketWait(receiverIsBusy::get, 1, FOR_EVER_MS);
  private final EmbeddedDriver sender = launch("sender", senderWait);
  private final EmbeddedDriver receiver = launch("receiver", receiverWait);
  private final Aeron sending = connect(sender);
  private final Aeron receiving = connect(receiver);
  private final AtomicInteger received = new AtomicInteger();
  private final FragmentHandler counting =
      (buffer, offset, length, header) -> received.incrementAndGet();
  private Subscription subscription;
  private Publication publication;
  private InetSocketAddress address;

  private static EmbeddedDriver launch(String name, SocketWait wait) {
    return EmbeddedDriver.launchOnWaitingThread(
        name, NetworkProfile.usual(), 0, new RecentTraffic(), wait);
  }

  private static Aeron connect(EmbeddedDriver driver) {
    return Aeron.connect(
        new Aeron.Context().aeronDirectoryName(driver.directory()).errorHandler(fault -> {}));
  }

  private static void await(String what, BooleanSupplier condition) {
    long deadlineNs = System.nanoTime() + DEADLINE_NS;
    while (!condition.getAsBoolean()) {
      assertTrue(System.nanoTime() - deadlineNs < 0, "no " + what);
      Thread.onSpinWait();
    }
  }

  @BeforeEach
  void open() {
    subscription = receiving.addSubscription("aeron:udp?endpoint=127.0.0.1:0", STREAM_ID);
    await("port", () -> subscription.tryResolveChannelEndpointPort() != null);
    String endpoint = subscription.localSocketAddresses().get(0);
    int port = Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1));
    address = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    publication =
        sending.addPublication(
            "aeron:udp?endpoint=" + endpoint + "|term-length=" + TERM_BYTES, STREAM_ID);
    await("connection", () -> publication.isConnected() && subscription.isConnected());
  }

  @AfterEach
  void close() {
    sending.close();
    receiving.close();
    sender.close();
    receiver.close();
  }

  @Test
  void shouldReceiveOnAThreadThatWaits() {
    receiverIsBusy.set(false);
    receiver.pump();
    UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
    for (int i = 1; i <= 20; i++) {
      await("wait", receiverWait::isBlocked);
      await("room", () -> publication.offer(message) > 0);
      int expected = i;
      await(
          "message " + i,
          () -> {
            subscription.poll(counting, 1);
            return received.get() == expected;
          });
    }
    assertEquals(20, received.get());
  }

  @Test
  void shouldSendMoreAfterAStatusMessage() {
    senderIsBusy.set(false);
    sender.pump();
    await("wait", senderWait::isBlocked);
    UnsafeBuffer message = new UnsafeBuffer(new byte[MESSAGE_BYTES]);
    int offered = 0;
    while (offered < MESSAGE_COUNT && publication.offer(message) > 0) {
      offered++;
    }
    assertTrue(offered > 3 * NetworkProfile.usual().windowBytes() / MESSAGE_BYTES);

    sender.pump();

    int expected = offered;
    await(
        "message after " + received,
        () -> {
          subscription.poll(counting, 64);
          return received.get() == expected;
        });
  }

  @Test
  void shouldFreeThePortWhenTheDriverCloses() throws Exception {
    receiverIsBusy.set(false);
    receiver.pump();
    await("wait", receiverWait::isBlocked);
    receiver.close();
    try (DatagramChannel next = DatagramChannel.open()) {
      next.bind(address);
      assertEquals(address, next.getLocalAddress());
    }
  }
}
