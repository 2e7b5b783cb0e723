// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;

/**
 * A link that several actors share, as one of them sees it: it cannot close what the others use,
 * and counts its own tensors alone. Thread-safe.
 */
public abstract class SharedLink implements Link {
  private final Link link;
  private final ShareCounters counters = new ShareCounters();

  /** A view of a link. */
  protected SharedLink(Link link) {
    this.link = link;
  }

  /** A message came that is for this actor. */
  public void received(LinkMessage message) {
    if (message instanceof LinkMessage.Tensor tensor) {
      counters.received(tensor);
    }
  }

  @Override
  public boolean send(LinkMessage message) {
    return counted(message, link.send(message));
  }

  @Override
  public boolean sendBehind(LinkMessage message) {
    return counted(message, link.sendBehind(message));
  }

  private boolean counted(LinkMessage message, boolean taken) {
    if (taken && message instanceof LinkMessage.Tensor tensor) {
      counters.sent(tensor);
    }
    return taken;
  }

  @Override
  public String peerName() {
    return link.peerName();
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return link.peerHello();
  }

  @Override
  public String peerIdentity() {
    return link.peerIdentity();
  }

  @Override
  public byte[] exportSecret(String label) {
    return link.exportSecret(label);
  }

  @Override
  public boolean dialled() {
    return link.dialled();
  }

  @Override
  public void recycle(int[] words) {
    link.recycle(words);
  }

  @Override
  public long queuedBytes() {
    return link.queuedBytes();
  }

  @Override
  public boolean isOpen() {
    return link.isOpen();
  }

  @Override
  public LinkCounters counters() {
    return counters;
  }

  /** Does nothing: others use the link. */
  @Override
  public void close() {}

  @Override
  public String toString() {
    return peerName();
  }
}
