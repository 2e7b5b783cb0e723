// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.aeron.ExclusivePublication;
import io.pascaline.transport.codec.HelloOpening;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.secure.KeyExchange;

/**
 * A stranger's link to a node after a handshake that held: what he says on it is authentic, and the
 * node looks at all of it, up to the first frame that it refuses.
 */
final class OpenLink implements AutoCloseable {
  private final Stranger stranger;
  private final ExclusivePublication stream;
  private final KeyExchange keys;
  private final LinkMessage.Hello hello;
  private final HelloOpening opening;

  OpenLink(
      Stranger stranger,
      ExclusivePublication stream,
      KeyExchange keys,
      LinkMessage.Hello hello,
      HelloOpening opening) {
    this.stranger = stranger;
    this.stream = stream;
    this.keys = keys;
    this.hello = hello;
    this.opening = opening;
  }

  /** Returns what the node expects as the first frame, with {@link #opening}. */
  LinkMessage.Hello hello() {
    return hello;
  }

  HelloOpening opening() {
    return opening;
  }

  /** Words of the largest tensor that the node takes. */
  int maxMessageWords() {
    return keys.peerParameters().maxMessageWords();
  }

  /** Seals a frame, whatever it is, and sends it. */
  void say(byte[] plain) {
    Stranger.say(stream, Stranger.sealed(keys.channel(), plain));
    stranger.drain();
  }

  @Override
  public void close() {
    stream.close();
  }
}
