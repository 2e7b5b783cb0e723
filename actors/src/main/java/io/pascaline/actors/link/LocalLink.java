// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * One end of a link between two roles of one process: a message is given to the other end's
 * listener, on the sender's thread. Nothing travels, so nothing is counted. Thread-safe.
 */
public final class LocalLink implements Link {
  private final LinkMessage.Hello peerHello;
  private final LinkCounters counters = new ShareCounters();
  private final AtomicBoolean open;
  private LocalLink other;
  private LinkListener listener;

  private LocalLink(LinkMessage.Hello peerHello, AtomicBoolean open) {
    this.peerHello = peerHello;
    this.open = open;
  }

  /**
   * Opens a link between two roles and tells both.
   *
   * @param first what the first one says of itself
   * @param firstListener told of what happens at its end
   * @param second what the second one says of itself
   * @param secondListener told of what happens at its end
   */
  public static void open(
      LinkMessage.Hello first,
      LinkListener firstListener,
      LinkMessage.Hello second,
      LinkListener secondListener) {
    AtomicBoolean open = new AtomicBoolean(true);
    LocalLink ofFirst = new LocalLink(second, open);
    LocalLink ofSecond = new LocalLink(first, open);
    ofFirst.other = ofSecond;
    ofSecond.other = ofFirst;
    ofFirst.listener = firstListener;
    ofSecond.listener = secondListener;
    firstListener.onOpened(ofFirst);
    secondListener.onOpened(ofSecond);
  }

  @Override
  public String peerName() {
    return peerHello.name();
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return peerHello;
  }

  @Override
  public boolean send(LinkMessage message) {
    if (!open.get()) {
      return false;
    }
    other.listener.onMessage(other, message);
    return true;
  }

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public boolean isOpen() {
    return open.get();
  }

  @Override
  public LinkCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    if (open.getAndSet(false)) {
      listener.onClosed(this, "closed");
      other.listener.onClosed(other, "closed");
    }
  }

  @Override
  public String toString() {
    return peerName() + " in this process";
  }
}
