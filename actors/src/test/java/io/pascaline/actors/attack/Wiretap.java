// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import io.pascaline.transport.link.LinkAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/**
 * Somebody on the path between a initiator and the node that it means: passes datagrams on, keeps
 * copies of what goes to the node, and may change it.
 */
final class Wiretap implements AutoCloseable {
  private static final int MAX_DATAGRAM_BYTES = 65_536;
  private static final int MAX_KEPT = 4_096;

  private final DatagramChannel front;
  private final DatagramChannel back;
  private final InetSocketAddress target;
  private final Thread thread;
  private final List<byte[]> captured = new ArrayList<>();
  private volatile UnaryOperator<byte[]> tampering = UnaryOperator.identity();
  private volatile boolean closed;
  private SocketAddress initiator;

  Wiretap(LinkAddress node) {
    target = Deployment.socketAddress(node);
    try {
      front = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
      back = DatagramChannel.open().bind(new InetSocketAddress("127.0.0.1", 0));
      front.configureBlocking(false);
      back.configureBlocking(false);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
    thread = new Thread(this::carry, "wiretap");
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns what the initiator is to take for the node. */
  LinkAddress address() {
    try {
      return LinkAddress.udp("localhost", ((InetSocketAddress) front.getLocalAddress()).getPort());
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  /** Returns what went to the node, oldest first, up to some thousands. */
  List<byte[]> captured() {
    synchronized (captured) {
      return List.copyOf(captured);
    }
  }

  /** Changes what goes to the node from now on; null drops it. */
  void tamper(UnaryOperator<byte[]> change) {
    tampering = change;
  }

  private void carry() {
    ByteBuffer buffer = ByteBuffer.allocate(MAX_DATAGRAM_BYTES);
    while (!closed) {
      try {
        if (!forth(buffer) & !back(buffer)) {
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
        }
      } catch (IOException gone) {
        // A closed port's refusal comes back as a fault of the next call.
        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(50));
      }
    }
  }

  private boolean forth(ByteBuffer buffer) throws IOException {
    SocketAddress source = front.receive(buffer.clear());
    if (source == null) {
      return false;
    }
    initiator = source;
    byte[] datagram = new byte[buffer.flip().remaining()];
    buffer.get(datagram);
    synchronized (captured) {
      if (captured.size() < MAX_KEPT) {
        captured.add(datagram);
      }
    }
    byte[] passed = tampering.apply(datagram.clone());
    if (passed != null) {
      back.send(ByteBuffer.wrap(passed), target);
    }
    return true;
  }

  private boolean back(ByteBuffer buffer) throws IOException {
    if (back.receive(buffer.clear()) == null) {
      return false;
    }
    if (initiator != null) {
      front.send(buffer.flip(), initiator);
    }
    return true;
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join();
      front.close();
      back.close();
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
