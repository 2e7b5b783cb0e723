// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.codec.FrameFault;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Somebody between a client and party 0, who sees, changes, repeats and adds datagrams. He can make
 * the link pause; nothing that he says is taken, and the link goes on when he lets it.
 */
@Timeout(180)
class OnPathAttackTest {
  private static final long SEED = 5;
  private static final int END_OF_STREAM = 0x20;

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final Deployment deployment = new Deployment(SEED);
  private final Wiretap tap = new Wiretap(deployment.party0.address());
  private final PrivateInferenceClient victim =
      deployment.connect(deployment.identities.otherClient(), tap.address());
  private final NodeCounters counters = deployment.party0.transport().counters();

  @AfterEach
  void close() {
    assertTrue(deployment.isWhole());
    assertEquals(0, deployment.errors());
    victim.close();
    tap.close();
    deployment.close();
  }

  private void answer(int count) throws InterruptedException {
    try (Bystander asking = new Bystander(deployment.network, victim, SEED + count)) {
      asking.awaitAnswers(count);
      asking.assertNeverWrong();
    }
  }

  /** The driver takes what fits the stream, wherever it comes from: the channel does not. */
  @Test
  void shouldGoOnOverAnotherStreamWhenSomebodyElseWroteIntoOne() throws Exception {
    answer(2);
    long opened = counters.opened();
    try (DatagramChannel elsewhere = DatagramChannel.open();
        Bystander bystander = new Bystander(deployment.network, deployment.client, SEED)) {
      int sessionId = sessionIdOfVictim();
      Deployment.await(
          "forged frame in the stream",
          () -> {
            byte[] last = lastData(sessionId);
            byte[] payload = new byte[64];
            random.nextBytes(payload);
            ByteBuffer place = behind(last);
            send(elsewhere, Datagrams.data(sessionId, place.getInt(20), place.getInt(8), payload));
            return counters.faults(FrameFault.NOT_AUTHENTIC) > 0;
          });
      Deployment.await("link that goes on", () -> counters.resumed() > 0);
      answer(2);
      bystander.assertUntouched();
    }
    assertTrue(counters.authenticationFailures() > 0);
    assertEquals(opened, counters.opened());
    assertEquals(0, counters.closed());
  }

  /** Ends the stream in the initiator's name. */
  @Test
  void shouldGoOnAfterAForgedEndOfStream() throws Exception {
    answer(2);
    long opened = counters.opened();
    try (DatagramChannel elsewhere = DatagramChannel.open()) {
      int sessionId = sessionIdOfVictim();
      Deployment.await(
          "lost link",
          () -> {
            byte[] last = lastData(sessionId);
            ByteBuffer end = behind(last);
            end.putInt(0, 0);
            end.put(5, (byte) (0xC0 | END_OF_STREAM));
            send(elsewhere, end.array());
            return counters.suspended() > 0;
          });
      Deployment.await("link that goes on", () -> counters.resumed() > 0);
      answer(2);
    }
    assertEquals(opened, counters.opened());
    assertEquals(0, counters.closed());
  }

  private enum Tampering {
    FLIPPED,
    REPEATED,
    REORDERED,
    CUT,
    ANOTHER_VERSION
  }

  @ParameterizedTest
  @EnumSource(Tampering.class)
  void shouldNeverAnswerWrongWhileDatagramsAre(Tampering tampering) throws Exception {
    answer(1);
    long refused = counters.refusedDatagrams();
    try (Bystander asking = new Bystander(deployment.network, victim, SEED);
        Bystander bystander = new Bystander(deployment.network, deployment.client, SEED)) {
      tap.tamper(changing(tampering));
      bystander.awaitAnswers(20);
      if (tampering == Tampering.CUT) {
        Deployment.await(
            "cut datagrams that were refused", () -> counters.refusedDatagrams() > refused);
      }
      tap.tamper(UnaryOperator.identity());
      asking.awaitAnswers(2);
      asking.assertNeverWrong();
      bystander.assertUntouched();
    }
  }

  private UnaryOperator<byte[]> changing(Tampering tampering) {
    AtomicInteger count = new AtomicInteger();
    List<byte[]> held = new ArrayList<>();
    return datagram -> {
      boolean hit = datagram.length > Datagrams.HEADER_BYTES && count.incrementAndGet() % 7 == 0;
      switch (tampering) {
        case FLIPPED -> {
          if (hit) {
            datagram[Datagrams.HEADER_BYTES + random.nextInt(datagram.length - 32)] ^= 1;
          }
        }
        case REPEATED -> {
          if (hit) {
            held.add(datagram);
          }
          if (!held.isEmpty() && random.nextBoolean()) {
            inject(held.get(random.nextInt(held.size())));
          }
        }
        case REORDERED -> {
          if (hit) {
            held.add(datagram);
            return null;
          }
          held.forEach(this::inject);
          held.clear();
        }
        case CUT -> {
          if (hit) {
            return Arrays.copyOf(datagram, 1 + random.nextInt(datagram.length - 1));
          }
        }
        case ANOTHER_VERSION -> {
          // Of Aeron, where every datagram says it.
          if (hit) {
            datagram[4] = 1;
          }
        }
        default -> throw new AssertionError(tampering);
      }
      return datagram;
    };
  }

  private void inject(byte[] datagram) {
    try (DatagramChannel elsewhere = DatagramChannel.open()) {
      send(elsewhere, datagram);
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  /** A recorded link, played again in full, is known by its first message. */
  @Test
  void shouldRefuseARecordedConversation() throws Exception {
    answer(2);
    List<byte[]> recorded = tap.captured();
    int sessionId = sessionIdOfVictim();
    victim.close();
    long opened = counters.opened();
    Deployment.await("closed link", () -> counters.closed() > 0);
    int other = sessionId ^ 0x55;
    try (DatagramChannel elsewhere = DatagramChannel.open()) {
      Deployment.await(
          "refusal",
          () -> {
            for (byte[] datagram : recorded) {
              byte[] again = datagram.clone();
              ByteBuffer.wrap(again).order(ByteOrder.LITTLE_ENDIAN).putInt(12, other);
              send(elsewhere, again);
            }
            return counters.faults(FrameFault.REPLAYED) > 0;
          });
    }
    assertEquals(opened, counters.opened());
    assertTrue(counters.authenticationFailures() > 0);
  }

  private int sessionIdOfVictim() {
    return Datagrams.sessionId(
        tap.captured().stream()
            .filter(datagram -> Datagrams.type(datagram) == Datagrams.SETUP)
            .findFirst()
            .orElseThrow());
  }

  /** Returns the last message of a stream so far, without what Aeron itself says. */
  private byte[] lastData(int sessionId) {
    List<byte[]> captured = tap.captured();
    for (int i = captured.size() - 1; i >= 0; i--) {
      byte[] datagram = captured.get(i);
      if (Datagrams.type(datagram) == Datagrams.DATA
          && datagram.length > Datagrams.HEADER_BYTES
          && Datagrams.sessionId(datagram) == sessionId) {
        return datagram;
      }
    }
    throw new AssertionError("nothing was sent");
  }

  /** Returns a header for the place behind a datagram. */
  private static ByteBuffer behind(byte[] last) {
    ByteBuffer header = ByteBuffer.wrap(last.clone(), 0, 32).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer next = ByteBuffer.allocate(32).order(ByteOrder.LITTLE_ENDIAN);
    next.put(0, last, 0, 32);
    next.putInt(8, header.getInt(8) + last.length);
    return next;
  }

  private void send(DatagramChannel socket, byte[] datagram) {
    try {
      DatagramAttackTest.send(
          socket, datagram, Deployment.socketAddress(deployment.party0.address()));
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }
}
