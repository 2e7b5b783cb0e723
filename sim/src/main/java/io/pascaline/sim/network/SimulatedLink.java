package io.pascaline.sim.network;

import io.pascaline.sim.time.VirtualTime;
import io.pascaline.sim.trace.MessageEvent;
import io.pascaline.sim.trace.Trace;
import io.pascaline.transport.codec.PairedCounters;
import io.pascaline.transport.codec.Tensors;
import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkCounters;
import io.pascaline.transport.link.LinkMessage;

/** One end of a modelled connection. For the simulation's thread. */
final class SimulatedLink implements Link {
  private final VirtualTime time;
  private final Trace trace;
  private final Endpoint own;
  private final Endpoint peer;
  private final Direction direction;
  private final FrameWire wire;
  private final long maxQueuedBytes;
  private SimulatedLink far;
  private boolean open;
  private boolean closing;
  private boolean broken;

  SimulatedLink(
      final VirtualTime time,
      final Trace trace,
      final Endpoint own,
      final Endpoint peer,
      final Direction direction,
      final long maxQueuedBytes) {
    this.time = time;
    this.trace = trace;
    this.own = own;
    this.peer = peer;
    this.direction = direction;
    this.maxQueuedBytes = maxQueuedBytes;
    wire = new FrameWire(own.hello());
  }

  /** Makes two ends one connection. */
  static void join(final SimulatedLink one, final SimulatedLink other) {
    one.far = other;
    other.far = one;
  }

  /** Introduces itself; the other end does what it is told once that has arrived. */
  void sendHello(final Runnable onArrival) {
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
  void lose(final String reason) {
    if (!broken) {
      broken = true;
      open = false;
      own.listener().onClosed(this, reason);
    }
  }

  @Override
  public boolean send(final LinkMessage message) {
    if (message instanceof LinkMessage.Hello) {
      throw new IllegalArgumentException("only the link itself says Hello");
    }
    final long queued = direction.queuedBytes();
    final int[] words = Tensors.words(message);
    final long bytes = words == null ? 0 : (long) words.length * Integer.BYTES;
    if (!open || (queued > 0 && queued + bytes > maxQueuedBytes)) {
      return false;
    }
    final FrameWire.Carried carried = wire.carry(message);
    own.handle(
        carried.frameBytes(),
        () -> {
          if (!broken) {
            carry(carried, () -> far.receive(carried));
          }
        });
    return true;
  }

  private void carry(final FrameWire.Carried carried, final Runnable onArrival) {
    final long sentNs = time.nowNs();
    final Direction.Passage passage = direction.send(carried.frameBytes());
    if (passage == null) {
      return;
    }
    final int[] words = Tensors.words(carried.message());
    final MessageEvent event =
        MessageEvent.of(
            carried.message(),
            own.name(),
            peer.name(),
            new long[] {sentNs, passage.leftNs(), passage.arrivalNs()},
            words == null ? 0 : (long) words.length * Integer.BYTES,
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

  private void receive(final FrameWire.Carried carried) {
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
      final Direction.Passage goodbye = direction.send(0);
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
    return direction.queuedBytes();
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
