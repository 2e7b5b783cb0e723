// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Keeps what a node tells its listener until the test asks for it. */
final class RecordingListener implements LinkListener {
  private static final long TIMEOUT_SECONDS = 30;

  private final BlockingQueue<Link> opened = new LinkedBlockingQueue<>();
  private final BlockingQueue<LinkMessage> messages = new LinkedBlockingQueue<>();
  private final BlockingQueue<String> closed = new LinkedBlockingQueue<>();
  private final BlockingQueue<TransportException> unreachable = new LinkedBlockingQueue<>();
  private final BlockingQueue<TransportException> down = new LinkedBlockingQueue<>();

  private volatile CountDownLatch letGo = new CountDownLatch(0);

  @Override
  public void onOpened(Link link) {
    opened.add(link);
  }

  @Override
  public void onMessage(Link link, LinkMessage message) {
    messages.add(message);
  }

  @Override
  public void onClosed(Link link, String reason) {
    closed.add(reason);
    try {
      letGo.await();
    } catch (InterruptedException kept) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void onUnreachable(LinkAddress peer, TransportException reason) {
    unreachable.add(reason);
  }

  @Override
  public void onDown(TransportException reason) {
    down.add(reason);
  }

  /** Holds the thread that tells of a closed link until the latch is open. */
  void holdClosedUntil(CountDownLatch open) {
    letGo = open;
  }

  Link awaitOpened() {
    return await("opened link", opened);
  }

  LinkMessage awaitMessage() {
    return await("message", messages);
  }

  String awaitClosed() {
    return await("closed link", closed);
  }

  TransportException awaitUnreachable() {
    return await("unreachable peer", unreachable);
  }

  TransportException awaitDown() {
    return await("node that is down", down);
  }

  boolean hasDown() {
    return !down.isEmpty();
  }

  boolean hasMessage() {
    return !messages.isEmpty();
  }

  boolean hasClosed() {
    return !closed.isEmpty();
  }

  private static <T> T await(String what, BlockingQueue<T> queue) {
    try {
      T next = queue.poll(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      assertNotNull(next, "no " + what + " within " + TIMEOUT_SECONDS + " s");
      return next;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while waiting for a " + what, e);
    }
  }
}
