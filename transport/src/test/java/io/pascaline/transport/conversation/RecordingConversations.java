// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.conversation;

import io.pascaline.transport.codec.FrameChannel;
import io.pascaline.transport.codec.FrameDecoder;
import io.pascaline.transport.codec.FrameHandler;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.codec.StreamCounters;
import io.pascaline.transport.codec.WordArrays;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.secure.Exporter;
import java.util.ArrayList;
import java.util.List;

/** Conversations without Aeron, and what became of them, in words. */
final class RecordingConversations implements ConversationListener {
  static final int MAX_WORDS = 1_000;
  static final long MAX_QUEUED_BYTES = 20_000;
  static final long RESUME_TIMEOUT_NS = 5_000;

  final List<String> events = new ArrayList<>();

  /** A carrier that only notes its end. */
  final class Connection implements Carrier {
    private final String name;

    Connection(String name) {
      this.name = name;
    }

    @Override
    public void abort(String reason) {
      events.add(name + " aborted: " + reason);
    }

    @Override
    public void discard() {
      events.add(name + " discarded");
    }
  }

  static LinkMessage.Hello hello(Role role, long nodeId) {
    return new LinkMessage.Hello(
        role,
        role == Role.PARTY ? 1 : -1,
        nodeId,
        1,
        new byte[LinkMessage.PLAN_DIGEST_BYTES],
        new byte[LinkMessage.SHARING_ID_BYTES],
        new byte[LinkMessage.NONCE_BYTES]);
  }

  /** Returns a remote in plaintext that is answered at a stream of shared memory. */
  static Remote remote(Role role, int stream, long nodeId) {
    return new Remote(LinkAddress.ipc(stream), null, hello(role, nodeId));
  }

  Conversation conversation(long id, boolean initiated, Remote remote) {
    return new Conversation(
        new ConversationSettings(
            "this node", MAX_WORDS, MAX_QUEUED_BYTES, RESUME_TIMEOUT_NS, new WordArrays(0)),
        this,
        id,
        initiated,
        remote,
        Exporter.NONE);
  }

  /** Returns a decoder of which nothing was received. */
  static FrameDecoder decoder() {
    return new FrameDecoder(
        FrameChannel.plain(),
        MAX_WORDS,
        new StreamCounters(),
        new FrameHandler() {
          @Override
          public void onHello(LinkMessage.Hello hello, HelloOpening opening) {}

          @Override
          public void onMessage(LinkMessage message) {}

          @Override
          public void onGoodbye(String reason) {}
        });
  }

  /** Returns what happened since the last call. */
  List<String> taken() {
    List<String> taken = List.copyOf(events);
    events.clear();
    return taken;
  }

  @Override
  public void onOpened(Conversation conversation) {
    events.add("opened");
  }

  @Override
  public void onMessage(Conversation conversation, LinkMessage message) {
    events.add("message");
  }

  @Override
  public void onSuspended(Conversation conversation) {
    events.add("suspended");
  }

  @Override
  public void onResumed(Conversation conversation, int resentMessages) {
    events.add("resumed, resends " + resentMessages);
  }

  @Override
  public void onClosed(Conversation conversation, String reason) {
    events.add("closed: " + reason);
  }

  @Override
  public void onRequest() {
    events.add("request");
  }
}
