// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.transport.link.LinkAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Stands in front of a node's port and passes datagrams on, both ways, losing some and letting
 * others overtake. Each sender gets a socket of its own towards the node, as from a router that
 * translates addresses, so that what the node answers to it (Aeron's status messages and NAKs)
 * finds the way back.
 */
final class LossyRelay implements AutoCloseable {
  private static final int MAX_DATAGRAM_BYTES = 65_536;
  private static final int SOCKET_BUFFER_BYTES = 2 << 20;
  private static final long NANOS_PER_MS = 1_000_000;

  /** What is done to datagrams; fractions of 1. */
  record Weather(double loss, double overtaken) {
    /** Everything arrives in order. */
    static final Weather CALM = new Weather(0, 0);
  }

  private record Held(long dueNs, long order, ByteBuffer datagram, Way way)
      implements Comparable<Held> {
    @Override
    public int compareTo(Held other) {
      int byTime = Long.compare(dueNs - other.dueNs, 0);
      return byTime != 0 ? byTime : Long.compare(order, other.order);
    }
  }

  /** One direction between a sender and the node; a null address is that of a connected socket. */
  private record Way(DatagramChannel out, SocketAddress address) {
    void send(ByteBuffer datagram) {
      try {
        if (address == null) {
          out.write(datagram);
        } else {
          out.send(datagram, address);
        }
      } catch (IOException e) {
        // The node is gone: what a network loses without saying.
      }
    }
  }

  private final Selector selector = Selector.open();
  private final DatagramChannel front = open();
  private final Map<SocketAddress, Way> upstream = new HashMap<>();
  private final PriorityQueue<Held> held = new PriorityQueue<>();
  private final ArrayDeque<ByteBuffer> buffers = new ArrayDeque<>();
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES);
  private final AtomicLong passed = new AtomicLong();
  private final AtomicLong lost = new AtomicLong();
  private final AtomicLong overtaken = new AtomicLong();
  private final SplittableRandom random;
  private final long delayNs;
  private final Thread thread = new Thread(this::run, "relay");
  private volatile Weather weather = Weather.CALM;
  private volatile SocketAddress target;
  private volatile boolean closed;
  private long order;

  /**
   * Binds any free port on loopback.
   *
   * @param delayNs how long each datagram takes
   */
  LossyRelay(long seed, long delayNs) throws IOException {
    this.random = new SplittableRandom(seed);
    this.delayNs = delayNs;
    front.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
    front.configureBlocking(false);
    front.register(selector, SelectionKey.OP_READ);
    thread.setDaemon(true);
    thread.start();
  }

  /** Returns where to send to. */
  LinkAddress address() {
    return LinkAddress.udp("127.0.0.1", front.socket().getLocalPort());
  }

  /** Where the node listens; what comes before this is known is lost. */
  void target(LinkAddress node) {
    String channel = node.channel();
    target =
        new InetSocketAddress(
            "127.0.0.1", Integer.parseInt(channel.substring(channel.lastIndexOf(':') + 1)));
  }

  /** From now on. */
  void weather(Weather next) {
    weather = next;
  }

  /** Datagrams that were passed on. */
  long passed() {
    return passed.get();
  }

  /** Datagrams that were not. */
  long lost() {
    return lost.get();
  }

  /** Datagrams that later ones could overtake. */
  long overtaken() {
    return overtaken.get();
  }

  private static DatagramChannel open() throws IOException {
    return DatagramChannel.open()
        .setOption(StandardSocketOptions.SO_RCVBUF, SOCKET_BUFFER_BYTES)
        .setOption(StandardSocketOptions.SO_SNDBUF, SOCKET_BUFFER_BYTES);
  }

  private void run() {
    try {
      while (!closed) {
        Held next = held.peek();
        if (next == null) {
          selector.select();
        } else if (next.dueNs() - System.nanoTime() > NANOS_PER_MS) {
          selector.select(1);
        } else {
          selector.selectNow();
        }
        for (SelectionKey key : selector.selectedKeys()) {
          receive((DatagramChannel) key.channel(), (Way) key.attachment());
        }
        selector.selectedKeys().clear();
        sendDue();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void receive(DatagramChannel in, Way back) throws IOException {
    while (true) {
      buffer.clear();
      Way way = back;
      if (back == null) {
        SocketAddress source = in.receive(buffer);
        if (source == null) {
          return;
        }
        way = target == null ? null : towardsNode(source);
      } else {
        try {
          if (in.read(buffer) <= 0) {
            return;
          }
        } catch (IOException unreachable) {
          return; // The node's port is closed for now.
        }
      }
      if (way != null) {
        buffer.flip();
        pass(way);
      }
    }
  }

  private Way towardsNode(SocketAddress source) throws IOException {
    Way way = upstream.get(source);
    if (way == null) {
      DatagramChannel own = open();
      own.connect(target);
      own.configureBlocking(false);
      way = new Way(own, null);
      own.register(selector, SelectionKey.OP_READ, new Way(front, source));
      upstream.put(source, way);
    }
    return way;
  }

  private void pass(Way way) {
    Weather now = weather;
    if (random.nextDouble() < now.loss()) {
      lost.incrementAndGet();
      return;
    }
    passed.incrementAndGet();
    long waitNs = delayNs;
    if (random.nextDouble() < now.overtaken()) {
      overtaken.incrementAndGet();
      waitNs += random.nextLong(NANOS_PER_MS);
    }
    if (waitNs == 0) {
      way.send(buffer);
      return;
    }
    ByteBuffer copy =
        buffers.isEmpty() ? ByteBuffer.allocateDirect(MAX_DATAGRAM_BYTES) : buffers.pop();
    copy.clear().put(buffer).flip();
    held.add(new Held(System.nanoTime() + waitNs, order++, copy, way));
  }

  private void sendDue() {
    while (!held.isEmpty() && held.peek().dueNs() - System.nanoTime() <= 0) {
      Held due = held.poll();
      due.way().send(due.datagram());
      buffers.push(due.datagram());
    }
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
