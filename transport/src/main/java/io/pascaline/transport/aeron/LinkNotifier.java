// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.conversation.Conversation;
import io.pascaline.transport.conversation.ConversationListener;
import io.pascaline.transport.driver.RecentTraffic;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.TransportException;

/** Counts what becomes of a node's links and tells their listener, whatever that throws. */
final class LinkNotifier implements ConversationListener {
  private final LinkListener listener;
  private final NodeCounters counters;
  private final NodeErrors errors;
  private final RecentTraffic traffic;
  private final Runnable wake;

  /**
   * A notifier of one node.
   *
   * @param traffic told of each message, before anybody else
   * @param wake ends the idling of its agent, from any thread
   */
  LinkNotifier(
      LinkListener listener,
      NodeCounters counters,
      NodeErrors errors,
      RecentTraffic traffic,
      Runnable wake) {
    this.traffic = traffic;
    this.listener = listener;
    this.counters = counters;
    this.errors = errors;
    this.wake = wake;
  }

  @Override
  public void onOpened(Conversation conversation) {
    counters.onOpened();
    try {
      listener.onOpened(conversation);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  @Override
  public void onMessage(Conversation conversation, LinkMessage message) {
    traffic.onMessage();
    try {
      listener.onMessage(conversation, message);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  @Override
  public void onSuspended(Conversation conversation) {
    counters.onSuspended();
  }

  @Override
  public void onResumed(Conversation conversation, int resentMessages) {
    counters.onResumed(resentMessages);
  }

  @Override
  public void onClosed(Conversation conversation, String reason) {
    if (conversation.hasOpened()) {
      counters.onClosed();
    }
    try {
      listener.onClosed(conversation, reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  @Override
  public void onRequest() {
    traffic.onMessage();
    wake.run();
  }

  void onUnreachable(LinkAddress address, TransportException reason) {
    try {
      listener.onUnreachable(address, reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }

  void onDown(TransportException reason) {
    try {
      listener.onDown(reason);
    } catch (RuntimeException e) {
      errors.onError(e);
    }
  }
}
