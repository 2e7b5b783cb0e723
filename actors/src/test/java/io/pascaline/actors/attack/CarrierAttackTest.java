// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.aeron.TransportNode;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.driver.DriverStatus;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Strangers who ask Aeron's driver, not the node, for more than it should give. */
@Timeout(180)
class CarrierAttackTest {
  private static final long SEED = 3;
  private static final int OF_EACH = 200;
  private static final int MANY = 1_500;
  private static final int TERM_BYTES = 1 << 16;
  private static final int MTU_BYTES = 1_408;
  private static final int LONGEST_TERM_BYTES = 32 << 20;
  private static final int SPREADING = 40;

  private final SplittableRandom random = new SplittableRandom(SEED);

  /** Initial and active term, offset, term length, MTU. */
  private static final int[][] UNUSABLE = {
    {0, 0, 0, TERM_BYTES, 0},
    {0, 0, 0, TERM_BYTES, 7},
    {0, 0, 0, TERM_BYTES, Integer.MAX_VALUE},
    {0, 0, 0, 0, MTU_BYTES},
    {0, 0, 0, -TERM_BYTES, MTU_BYTES},
    {0, 0, 0, 12_345, MTU_BYTES},
    {0, 0, 0, 1 << 30, MTU_BYTES},
    {0, 0, 7, TERM_BYTES, MTU_BYTES},
    {0, 0, -32, TERM_BYTES, MTU_BYTES},
    {0, 0, 1 << 20, TERM_BYTES, MTU_BYTES},
    {5, 1, 0, TERM_BYTES, MTU_BYTES},
    {0, Integer.MIN_VALUE, 0, TERM_BYTES, MTU_BYTES},
  };

  /** 40 bytes that ask for terms of 1 GiB would have the driver map three of them. */
  @Test
  void shouldMapNothingForSetupsThatNoPeerSends() throws Exception {
    try (Deployment deployment = new Deployment(SEED);
        DatagramChannel attacker = DatagramChannel.open();
        Bystander bystander = new Bystander(deployment.network, deployment.client, SEED)) {
      bystander.awaitAnswers(2);
      InetSocketAddress port = Deployment.socketAddress(deployment.party0.address());
      NodeCounters counters = deployment.party0.transport().counters();
      for (int i = 0; i < OF_EACH; i++) {
        for (int[] setup : UNUSABLE) {
          setup(attacker, port, setup);
        }
      }
      Deployment.await(
          "refusals", () -> counters.refusedDatagrams() > OF_EACH * UNUSABLE.length / 2);
      bystander.awaitAnswers(2);
      assertNewClientIsServed(deployment);
      bystander.assertUntouched();
      // None of them became a stream.
      assertEquals(0, counters.faults());
      assertTrue(deployment.isWhole());
    }
  }

  @Test
  void shouldServeNewClientsWhileASourceOpensStreamsWithoutEnd() throws Exception {
    try (Deployment deployment = new Deployment(SEED + 1);
        DatagramChannel attacker = DatagramChannel.open();
        Bystander bystander = new Bystander(deployment.network, deployment.client, SEED)) {
      bystander.awaitAnswers(2);
      // The attacker is another host than the honest client.
      assumeTrue(isBound(attacker), "this system has no second loopback address");
      InetSocketAddress port = Deployment.socketAddress(deployment.party0.address());
      NodeCounters counters = deployment.party0.transport().counters();
      for (int i = 0; i < MANY; i++) {
        setup(attacker, port, new int[] {0, 0, 0, TERM_BYTES, MTU_BYTES});
      }
      Deployment.await("refusals", () -> counters.refusedDatagrams() > MANY / 2);
      Deployment.await(
          "limits",
          () -> counters.faults(FrameFault.HANDSHAKE_LIMIT) > 0 && counters.faults() > 32);
      assertNewClientIsServed(deployment);
      bystander.awaitAnswers(2);
      bystander.assertUntouched();
      assertTrue(deployment.isWhole());
      assertEquals(0, deployment.errors());
    }
  }

  /** A frame in each page of a term would have the driver fill it, at 64 bytes a page. */
  @Test
  void shouldTakeLittleOfAStreamThatHasNotSaidWhoseItIs() throws Exception {
    try (Deployment deployment = new Deployment(SEED + 3);
        DatagramChannel attacker = DatagramChannel.open();
        Bystander bystander = new Bystander(deployment.network, deployment.client, SEED)) {
      bystander.awaitAnswers(2);
      InetSocketAddress port = Deployment.socketAddress(deployment.party0.address());
      TransportNode node = deployment.party0.transport();
      long refused = node.counters().refusedDatagrams();
      List<Integer> sessions = new ArrayList<>();
      for (int i = 0; i < SPREADING; i++) {
        int session = random.nextInt();
        sessions.add(session);
        for (int again = 0; again < 3; again++) {
          DatagramAttackTest.send(
              attacker, Datagrams.setup(session, 0, 0, 0, LONGEST_TERM_BYTES, MTU_BYTES), port);
        }
      }
      Deployment.await("images", () -> highestOf(node, sessions).size() > SPREADING);
      int sent = 0;
      // Padding says how far the reader is to go on: half a term in one header.
      for (int session : sessions) {
        byte[] padding = Datagrams.data(session, 0, 0, new byte[0]);
        padding[Datagrams.TYPE_AT] = 0;
        padding[3] = (byte) (LONGEST_TERM_BYTES / 2 >>> 24);
        DatagramAttackTest.send(attacker, padding, port);
        pace(sent++);
      }
      for (int place = 0; place < LONGEST_TERM_BYTES / 2; place += LONGEST_TERM_BYTES / 64) {
        for (int session : sessions) {
          DatagramAttackTest.send(attacker, Datagrams.data(session, 0, place, new byte[32]), port);
          pace(sent++);
        }
      }
      int most = sent;
      Deployment.await("refusals", () -> node.counters().refusedDatagrams() - refused > most / 4);

      List<Long> highest = highestOf(node, sessions);
      assertTrue(highest.stream().allMatch(position -> position <= 1 << 16), highest.toString());
      assertNewClientIsServed(deployment);
      bystander.awaitAnswers(2);
      bystander.assertUntouched();
      assertTrue(deployment.isWhole());
    }
  }

  /** Up to where streams have come in and are read, as the driver says. */
  private static List<Long> highestOf(TransportNode node, List<Integer> sessions) {
    return DriverStatus.read(node.driverDirectory()).streamCounters().stream()
        .filter(
            counter ->
                counter.label().startsWith("rcv-hwm") || counter.label().startsWith("sub-pos"))
        .filter(
            counter -> sessions.stream().anyMatch(id -> counter.label().contains(" " + id + " ")))
        .map(DriverStatus.Counter::value)
        .toList();
  }

  /** Data of streams that never began, and of lengths that it does not have. */
  @Test
  void shouldKeepNothingOfDataForStreamsThatDoNotExist() throws Exception {
    try (Deployment deployment = new Deployment(SEED + 2);
        DatagramChannel attacker = DatagramChannel.open();
        Bystander bystander = new Bystander(deployment.network, deployment.client, SEED)) {
      bystander.awaitAnswers(2);
      InetSocketAddress port = Deployment.socketAddress(deployment.party0.address());
      long heapBytes = DatagramAttackTest.usedHeapBytes();
      for (int i = 0; i < 20_000; i++) {
        byte[] data =
            Datagrams.data(random.nextInt(), random.nextInt(), 0, new byte[random.nextInt(64)]);
        if (random.nextInt(4) == 0) {
          data[random.nextInt(4)] ^= (byte) (1 << random.nextInt(8));
        }
        DatagramAttackTest.send(attacker, data, port);
        pace(i);
      }
      bystander.awaitAnswers(2);
      assertNewClientIsServed(deployment);
      bystander.assertUntouched();
      assertTrue(deployment.party0.transport().counters().refusedDatagrams() > 0);
      assertEquals(0, deployment.party0.transport().counters().faults());
      assertTrue(DatagramAttackTest.usedHeapBytes() - heapBytes < 32L << 20);
    }
  }

  private void assertNewClientIsServed(Deployment deployment) {
    try (PrivateInferenceClient late =
            deployment.connect(deployment.identities.otherClient(), deployment.party0.address());
        Bystander asking = new Bystander(deployment.network, late, SEED + 9)) {
      asking.awaitAnswers(1);
    }
  }

  private static boolean isBound(DatagramChannel attacker) throws IOException {
    try {
      attacker.bind(new InetSocketAddress("127.0.0.2", 0));
      return true;
    } catch (BindException absent) {
      return false;
    }
  }

  private void setup(DatagramChannel attacker, InetSocketAddress port, int[] fields)
      throws Exception {
    DatagramAttackTest.send(
        attacker,
        Datagrams.setup(random.nextInt(), fields[0], fields[1], fields[2], fields[3], fields[4]),
        port);
    pace(random.nextInt(16));
  }

  private static void pace(int count) {
    if (count % 16 == 0) {
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
    }
  }
}
