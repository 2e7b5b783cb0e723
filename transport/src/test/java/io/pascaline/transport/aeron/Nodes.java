package io.pascaline.transport.aeron;

import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Contexts of nodes that tests launch on one shared driver. */
final class Nodes {
  private static final AtomicInteger STREAMS = new AtomicInteger(1000);
  private static final AtomicLong NODE_IDS = new AtomicLong(1);

  /** Over what the nodes of a test talk. */
  enum Medium {
    IPC,
    UDP
  }

  private Nodes() {}

  static LinkAddress freshAddress(Medium medium) {
    return medium == Medium.IPC
        ? LinkAddress.ipc(STREAMS.incrementAndGet())
        : LinkAddress.udp("localhost", 0);
  }

  static LinkMessage.Hello hello(Role role, int partyId) {
    return hello(role, partyId, 1);
  }

  static LinkMessage.Hello hello(Role role, int partyId, int version) {
    return new LinkMessage.Hello(
        role,
        partyId,
        NODE_IDS.incrementAndGet(),
        version,
        new byte[LinkMessage.PLAN_DIGEST_BYTES],
        new byte[LinkMessage.SHARING_ID_BYTES],
        new byte[LinkMessage.NONCE_BYTES]);
  }

  static TransportContext party(
      int partyId, EmbeddedDriver driver, LinkAddress listen, RecordingListener listener) {
    return new TransportContext()
        .hello(hello(Role.PARTY, partyId))
        .driver(driver)
        .listen(listen)
        .listener(listener);
  }

  static int[] randomWords(SplittableRandom random, int count) {
    return random.ints(count).toArray();
  }
}
