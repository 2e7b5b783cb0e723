// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A link that keeps what is sent on it. */
public final class RecordingLink implements Link {
  private final LinkMessage.Hello peerHello;
  private final String peerIdentity;
  private final List<LinkMessage> sent = new CopyOnWriteArrayList<>();
  private volatile boolean open = true;

  /** A link to somebody who does not say who it is. */
  public RecordingLink() {
    this(null);
  }

  /** A link to who says so. */
  public RecordingLink(LinkMessage.Hello peerHello) {
    this(peerHello, null);
  }

  /** A link to who says and has proved that. */
  public RecordingLink(LinkMessage.Hello peerHello, String peerIdentity) {
    this.peerHello = peerHello;
    this.peerIdentity = peerIdentity;
  }

  /** Returns what was sent, in order. */
  public List<LinkMessage> sent() {
    return sent;
  }

  @Override
  public String peerName() {
    return "test";
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return peerHello;
  }

  @Override
  public String peerIdentity() {
    return peerIdentity;
  }

  @Override
  public boolean send(LinkMessage message) {
    return open && sent.add(message);
  }

  @Override
  public long queuedBytes() {
    return 0;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public LinkCounters counters() {
    return MemoryNetwork.NothingCounted.INSTANCE;
  }

  @Override
  public void close() {
    open = false;
  }
}
