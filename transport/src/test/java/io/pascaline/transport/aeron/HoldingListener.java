// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.CountDownLatch;

/** Holds the thread that brings a message, until it is let go. */
final class HoldingListener extends ForwardingListener {
  private final CountDownLatch held = new CountDownLatch(1);
  private final CountDownLatch goesOn = new CountDownLatch(1);

  HoldingListener(RecordingListener forwardsTo) {
    super(forwardsTo);
  }

  @Override
  public void onMessage(Link link, LinkMessage message) {
    held.countDown();
    try {
      goesOn.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until it holds a thread. */
  void awaitHeld() throws InterruptedException {
    held.await();
  }

  void letGo() {
    goesOn.countDown();
  }
}
