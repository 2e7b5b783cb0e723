// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.aeron;

import io.pascaline.transport.link.LinkAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.HashMap;
import java.util.Map;

/**
 * A UDP port of loopback from which datagrams are passed on to another, as a router or a container
 * does: each sender gets a socket of its own, on which what is answered to it finds the way back.
 */
final class ForwardedPort implements AutoCloseable {
  private final Selector selector = Selector.open();
  private final DatagramChannel front = bound("127.0.0.1");
  private final Map<SocketAddress, DatagramChannel> senders = new HashMap<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
  private final Thread thread = new Thread(this::run, "forwarded port");
  private volatile InetSocketAddress target;
  private volatile boolean closed;

  ForwardedPort() throws IOException {
    front.register(selector, SelectionKey.OP_READ);
    thread.start();
  }

  /** Returns what to tell the peers. */
  LinkAddress address() throws IOException {
    return LinkAddress.udp("127.0.0.1", ((InetSocketAddress) front.getLocalAddress()).getPort());
  }

  /** Where datagrams go; those that came before are lost. */
  void leadTo(InetSocketAddress node) {
    target = node;
  }

  private static DatagramChannel bound(String host) throws IOException {
    DatagramChannel channel = DatagramChannel.open();
    channel.bind(new InetSocketAddress(host, 0)).configureBlocking(false);
    return channel;
  }

  private void run() {
    try {
      while (!closed) {
        selector.select();
        for (SelectionKey key : selector.selectedKeys()) {
          pass((DatagramChannel) key.channel(), (SocketAddress) key.attachment());
        }
        selector.selectedKeys().clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Passes on what is there: from a sender to the node, or back to the sender of that socket. */
  private void pass(DatagramChannel from, SocketAddress sender) throws IOException {
    buffer.clear();
    for (SocketAddress source = from.receive(buffer);
        source != null;
        source = from.receive(buffer)) {
      buffer.flip();
      if (sender != null) {
        front.send(buffer, sender);
      } else if (target != null) {
        socketOf(source).send(buffer, target);
      }
      buffer.clear();
    }
  }

  private DatagramChannel socketOf(SocketAddress sender) throws IOException {
    DatagramChannel own = senders.get(sender);
    if (own == null) {
      own = bound(target.getHostString());
      own.register(selector, SelectionKey.OP_READ, sender);
      senders.put(sender, own);
    }
    return own;
  }

  @Override
  public void close() throws IOException {
    closed = true;
    selector.wakeup();
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    for (SelectionKey key : selector.keys()) {
      key.channel().close();
    }
    selector.close();
  }
}
