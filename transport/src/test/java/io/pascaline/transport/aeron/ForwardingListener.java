// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;

/** Tells another listener everything; a test overrides what it wants to see first. */
class ForwardingListener implements LinkListener {
  private final RecordingListener delegate;

  ForwardingListener(RecordingListener delegate) {
    this.delegate = delegate;
  }

  @Override
  public void onOpened(Link link) {
    delegate.onOpened(link);
  }

  @Override
  public void onMessage(Link link, LinkMessage message) {
    delegate.onMessage(link, message);
  }

  @Override
  public void onClosed(Link link, String reason) {
    delegate.onClosed(link, reason);
  }

  @Override
  public void onDown(TransportException reason) {
    delegate.onDown(reason);
  }
}
