// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.network;

import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.MessageEvent;
import io.pascaline.sim.trace.Trace;
import io.pascaline.transport.codec.PairedCounters;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayDeque;
import java.util.Deque;

/** One end of a modelled connection. For the simulation's thread. */
final class SimulatedLink implements Link {
  private final VirtualTime time;
  private final Trace trace;
  private final Endpoint own;
  private final Endpoint peer;
  private final Direction direction;
  private final FrameWire wire;
  private final long maxQueuedBytes;

  /** What is sent when nothing else is. */
  private final Deque<LinkMessage> behind = new ArrayDeque<>();

  private long behindBytes;
  private boolean isSendingBehind;
  private SimulatedLink far;
  private boolean open;
  private boolean closing;
  private boolean broken;

  SimulatedLink(
      VirtualTime time,
      Trace trace,
      Endpoint own,
      Endpoint peer,
      Direction direction,
      long maxQueuedBytes) {
    this.time = time;
    this.trace = trace;
    this.own = own;
    this.peer = peer;
    this.direction = direction;
    this.maxQueuedBytes = maxQueuedBytes;
    wire = new FrameWire(own.hello());
  }

  /** Makes two ends one connection. */
  static void join(SimulatedLink one, SimulatedLink other) {
    one.far = other;
    other.far = one;
  }

  /** Introduces itself; the other end does what it is told once that has arrived. */
  void sendHello(Runnable onArrival) {
    carry(wire.carryHello(own.hello()), onArrival);
  }

  /** Both have introduced themselves, as far as this end knows. */
  void open() {
    if (!broken) {
      open = true;
      own.listener().onOpened(this);
    }
  }

  /** The connection is gone at this end. */
  void lose(String reason) {
    if (!broken) {
      broken = true;
      open = false;
      own.listener().onClosed(this, reason);
    }
  }

  @Override
  public boolean send(LinkMessage message) {
    if (message.kind() == LinkMessage.Kind.HELLO) {
      throw new IllegalArgumentException("only the link itself says Hello");
    }
    long queued = queuedBytes();
    long bytes = message.payloadBytes();
    if (!open || (queued > 0 && queued + bytes > maxQueuedBytes)) {
      return false;
    }
    FrameWire.Carried carried = wire.carry(message);
    own.handle(
        carried.frameBytes(),
        () -> {
          if (!broken) {
            carry(carried, () -> far.receive(carried));
          }
        });
    return true;
  }

  @Override
  public boolean sendBehind(LinkMessage message) {
    long queued = queuedBytes();
    if (!open || (queued > 0 && queued + message.payloadBytes() > maxQueuedBytes)) {
      return false;
    }
    behind.add(message);
    behindBytes += message.payloadBytes();
    sendNextBehind();
    return true;
  }

  /** One at a time, as soon as all else has left. */
  private void sendNextBehind() {
    if (!isSendingBehind && !behind.isEmpty()) {
      isSendingBehind = true;
      time.at(direction.freeNs(), this::sendBehindIfFree);
    }
  }

  private void sendBehindIfFree() {
    if (broken) {
      return;
    }
    if (direction.freeNs() > time.nowNs()) {
      time.at(direction.freeNs(), this::sendBehindIfFree);
      return;
    }
    LinkMessage message = behind.remove();
    behindBytes -= message.payloadBytes();
    FrameWire.Carried carried = wire.carry(message);
    own.handle(
        carried.frameBytes(),
        () -> {
          isSendingBehind = false;
          if (!broken) {
            carry(carried, () -> far.receive(carried));
            sendNextBehind();
          }
        });
  }

  private void carry(FrameWire.Carried carried, Runnable onArrival) {
    long sentNs = time.nowNs();
    Direction.Passage passage = direction.send(carried.frameBytes());
    if (passage == null) {
      return;
    }
    MessageEvent event =
        MessageEvent.of(
            carried.message(),
            trace.indices(),
            own.name(),
            peer.name(),
            new long[] {sentNs, passage.leftNs(), passage.arrivalNs()},
            carried.message().payloadBytes(),
            carried.frameBytes());
    time.at(
        passage.arrivalNs(),
        () -> {
          if (!far.broken) {
            trace.add(event);
            onArrival.run();
          }
        });
  }

  private void receive(FrameWire.Carried carried) {
    own.handle(
        carried.frameBytes(),
        () -> {
          if (!broken) {
            own.listener().onMessage(this, carried.message());
          }
        });
  }

  @Override
  public void close() {
    if (!broken && !closing) {
      closing = true;
      open = false;
      own.attendant().afterwards(this::sayGoodbye);
    }
  }

  private void sayGoodbye() {
    if (!broken) {
      Direction.Passage goodbye = direction.send(0);
      if (goodbye != null) {
        time.at(goodbye.arrivalNs(), () -> far.lose(own.name() + " closed the link"));
      }
      time.execute(() -> lose("closed"));
    }
  }

  @Override
  public String peerName() {
    return peer.name();
  }

  @Override
  public LinkMessage.Hello peerHello() {
    return peer.hello();
  }

  @Override
  public long queuedBytes() {
    return direction.queuedBytes() + behindBytes;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public LinkCounters counters() {
    return new PairedCounters(wire.sent(), far.wire.received());
  }

  /** Prints the two ends. */
  @Override
  public String toString() {
    return own.name() + " to " + peer.name();
  }
}
