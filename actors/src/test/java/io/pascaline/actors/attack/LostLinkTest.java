// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.state.AuditCheck;
import io.pascaline.actors.state.StateSettings;
import io.pascaline.transport.aeron.NodeCounters;
import io.pascaline.transport.codec.FrameFault;
import io.pascaline.transport.link.LinkAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Links that are cut again and again by somebody on the path, while sessions go on over them. */
@Timeout(180)
class LostLinkTest {
  /** Sealed datagrams between one that is changed and the next: some are of new handshakes. */
  private static final int DATAGRAMS_BETWEEN = 60;

  private static final int LOSSES = 5;

  @TempDir private Path folder;

  /** Between the parties: every session is answered, and no mask serves twice. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 1)
  void shouldAnswerEverythingWhileThePartiesLinkIsCut(long seed) throws Exception {
    AtomicReference<Wiretap> tap = new AtomicReference<>();
    UnaryOperator<LinkAddress> path =
        party0 -> {
          tap.set(new Wiretap(party0));
          return tap.get().address();
        };
    try (Deployment deployment =
        new Deployment(seed, path, role -> new StateSettings(folder.resolve(role), true))) {
      cutWhileAsking(deployment, deployment.client, tap.get(), seed);
    } finally {
      tap.get().close();
    }

    AuditCheck.Findings findings =
        AuditCheck.ofDirectories(
            List.of(folder.resolve("dealer"), folder.resolve("party0"), folder.resolve("party1")));
    assertEquals(List.of(), findings.violations());
    assertEquals(1, findings.epochs());
    assertTrue(findings.opened() > 0, findings.toString());
  }

  /** Between a client and a party. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = 2)
  void shouldAnswerEverythingWhileAClientsLinkIsCut(long seed) throws Exception {
    try (Deployment deployment = new Deployment(seed);
        Wiretap tap = new Wiretap(deployment.party0.address());
        PrivateInferenceClient victim =
            deployment.connect(deployment.identities.otherClient(), tap.address())) {
      cutWhileAsking(deployment, victim, tap, seed);
    }
  }

  private static void cutWhileAsking(
      Deployment deployment, PrivateInferenceClient client, Wiretap tap, long seed)
      throws InterruptedException {
    NodeCounters counters = deployment.party0.transport().counters();
    try (Bystander asking = new Bystander(deployment.network, client, seed)) {
      asking.awaitAnswers(2);
      long opened = counters.opened();
      tap.tamper(flipping(new SplittableRandom(seed)));
      Deployment.await("losses", () -> counters.resumed() >= LOSSES);
      tap.tamper(UnaryOperator.identity());
      asking.awaitAnswers(2);
      asking.assertUntouched();
      assertEquals(opened, counters.opened());
      assertEquals(0, counters.closed());
    }
    assertTrue(counters.faults(FrameFault.NOT_AUTHENTIC) >= LOSSES);
    assertTrue(deployment.isWhole());
    assertEquals(0, deployment.errors());
  }

  /** Changes a bit in one datagram of many; Aeron does not see it, the channel does. */
  private static UnaryOperator<byte[]> flipping(SplittableRandom random) {
    AtomicInteger count = new AtomicInteger();
    return datagram -> {
      if (datagram.length > Datagrams.HEADER_BYTES
          && Datagrams.type(datagram) == Datagrams.DATA
          && count.incrementAndGet() % DATAGRAMS_BETWEEN == 0) {
        int at = random.nextInt(datagram.length - Datagrams.HEADER_BYTES);
        datagram[Datagrams.HEADER_BYTES + at] ^= 1;
      }
      return datagram;
    };
  }
}
