// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.link.LinkAddress;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What whoever reaches the ports, or sits on the path, can do below the secure channel. */
@Timeout(180)
class DatagramAttackTest {
  /** Multiplies what is sent: {@code -Dpascaline.attack.scale=20} for a long run. */
  private static final int SCALE = Integer.getInteger("pascaline.attack.scale", 1);

  private static final int DATAGRAMS_PER_PORT = 20_000 * SCALE;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 1)
  void shouldServeWhileEveryPortIsFloodedWithMutatedDatagrams(long seed) throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    try (Deployment deployment = new Deployment(seed);
        Wiretap tap = new Wiretap(deployment.party0.address());
        PrivateInferenceClient victim =
            deployment.connect(deployment.identities.otherClient(), tap.address());
        DatagramChannel attacker = DatagramChannel.open();
        Bystander bystander = new Bystander(deployment.network, deployment.client, seed);
        Bystander onThePath = new Bystander(deployment.network, victim, seed + 1)) {
      bystander.awaitAnswers(3);
      onThePath.awaitAnswers(3);
      long heapBytes = usedHeapBytes();
      List<byte[]> captured = tap.captured();
      int sessionId = Datagrams.sessionId(captured.get(0));
      List<NodeCounters> counters = deployment.counters();
      long[] refusedBefore = counters.stream().mapToLong(NodeCounters::refusedDatagrams).toArray();
      int sent = 0;
      for (int i = 0; i < DATAGRAMS_PER_PORT; i++) {
        for (LinkAddress port : deployment.addresses()) {
          byte[] datagram =
              switch (random.nextInt(4)) {
                case 0 -> Datagrams.noise(random);
                case 1 -> Datagrams.plausible(random, sessionId);
                default -> Datagrams.mutated(random, captured);
              };
          send(attacker, datagram, Deployment.socketAddress(port));
          sent++;
        }
        if (i % 16 == 0) {
          // Slow enough that the receivers' sockets do not drop most of it unread.
          LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
        }
      }
      assertTrue(sent >= 80_000, "only " + sent);
      // Every port looked at a good part of them, whatever its socket had no room for.
      for (int port = 0; port < counters.size(); port++) {
        long refused = counters.get(port).refusedDatagrams() - refusedBefore[port];
        assertTrue(refused > DATAGRAMS_PER_PORT / 8, "port " + port + " refused " + refused);
      }
      // Some fitted a stream, and were not taken for its frames.
      assertTrue(deployment.party0.transport().counters().faults() > 0);
      bystander.awaitAnswers(3);
      onThePath.awaitAnswers(3);
      bystander.assertUntouched();
      onThePath.assertNeverWrong();
      assertTrue(deployment.isWhole());
      assertEquals(0, deployment.errors());
      assertTrue(usedHeapBytes() - heapBytes < 64L << 20, "heap grew from " + heapBytes + " bytes");
    }
  }

  static void send(DatagramChannel socket, byte[] datagram, InetSocketAddress to)
      throws IOException {
    socket.send(ByteBuffer.wrap(datagram), to);
  }

  static long usedHeapBytes() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
