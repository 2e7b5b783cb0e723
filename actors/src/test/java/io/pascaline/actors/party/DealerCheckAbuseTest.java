// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.compute.Arithmetic;
import io.pascaline.actors.epoch.DealingKey;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.AuditLog;
import io.pascaline.actors.state.RoleState;
import io.pascaline.actors.state.Watermark;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.compile.ModelShares;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.testsupport.SmallNetworks;
import io.pascaline.transport.link.LinkMessage;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parties and settings that use checks of the dealer for something else, or not at all. */
@Timeout(240)
class DealerCheckAbuseTest extends DealerCheckFixture {
  /** A fault of the dealer is not lost while the number of the check is being reserved. */
  @Test
  void shouldKeepAFaultOfANumberThatIsBeingReserved() throws Exception {
    long reserved = 4;
    FusedNetwork network = Fixtures.residual(SEED);
    CompletableFuture<LinkMessage.SessionCheck> held = new CompletableFuture<>();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            PartyLimits.defaults().forOnlyClient().toBuilder().dealerCheckEvery(2).build(),
            List.of(Precomputation.of(16), Precomputation.of(16)),
            name ->
                name.equals("party 1")
                    ? new RoleState(new NeverMore(), AuditLog.off(), reserved)
                    : RoleState.inMemory(),
            (from, to, message) -> {
              boolean isHeld =
                  message instanceof LinkMessage.Correction c && c.number() >= reserved;
              if (to.equals("party 1") && isHeld) {
                return List.of();
              }
              if (from.equals("party 0") && to.equals("party 1")) {
                if (message instanceof LinkMessage.SessionCheck check
                    && check.number() >= reserved) {
                  held.complete(check);
                }
                // After it, party 1 hears what this test tells it, in that order.
                return held.isDone() ? List.of() : List.of(message);
              }
              return List.of(message);
            })) {
      // No check among the numbers of 12 sessions: less than 2^-12, for each party draws.
      for (int i = 0; i < 16; i++) {
        memory.infer(Fixtures.image(random));
      }
      LinkMessage.SessionCheck check = held.get(60, TimeUnit.SECONDS);
      await("epoch of party 1", () -> memory.counters(1).epochState().equals("running"));
      memory.deliver("party 0", "party 1", check);
      for (int layer = 0; layer < 9; layer++) {
        memory.deliver(
            "dealer",
            "party 1",
            new LinkMessage.Correction(check.epoch(), check.number(), layer, new int[1]));
      }
      await("the dealer's fault", () -> memory.counters(1).dealerChecksFailed() > 0);
    }
  }

  /** Reserves what an epoch begins with, and is then being written to for ever. */
  private static final class NeverMore implements Watermark {
    private final Watermark begun = Watermark.inMemory();

    @Override
    public CompletionStage<Void> begin(long epoch, long endNumber) {
      return begun.begin(epoch, endNumber);
    }

    @Override
    public CompletionStage<Void> reserve(long epoch, long endNumber) {
      return new CompletableFuture<>();
    }

    @Override
    public void close() {
      begun.close();
    }
  }

  /** Whatever party 1 asks for, half of the numbers are left for sessions. */
  @Test
  void shouldLeaveNumbersForSessionsHoweverManyChecksAreAskedFor() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    CompletableFuture<Long> epoch = new CompletableFuture<>();
    try (MemoryNetwork memory =
        network(
            network,
            PartyLimits.MAX_CHECK_EVERY,
            (from, to, message) -> {
              if (message instanceof LinkMessage.EpochStart start) {
                epoch.complete(start.epoch());
              }
              return List.of(message);
            })) {
      LinkMessage.SessionCheck request = LinkMessage.SessionCheck.request(epoch.get());
      for (int round = 0; round < 10; round++) {
        for (int i = 0; i < 200; i++) {
          memory.deliver("party 1", "party 0", request);
        }
        assertServes(network, memory, 4);
        // n asked for, d drawn, s in sessions: n <= (n + d + s) / 2 + slack, so n + d <= s + 2 d
        // + 2 slack. In 80 draws d > 1 has a probability of 1e-8.
        int most = given.size() + 2 + 2 * ChecksAtParty0.REQUESTED_SLACK;
        assertTrue(checked.size() <= most, checked.size() + " checks, at most " + most);
      }
      assertEquals(40, given.size());
      // It gets that share, too.
      awaitChecks(memory, given.size());
      assertEquals(1, memory.counters(0).epochs());
    }
  }

  /** A party whose own settings check nothing tells no seed, however the other is set. */
  @Test
  void shouldAnswerNoCheckUnlessItIsSetTo() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    CompletableFuture<Long> epoch = new CompletableFuture<>();
    Set<String> revealed = ConcurrentHashMap.newKeySet();
    try (MemoryNetwork memory =
        network(
            network,
            0,
            (from, to, message) -> {
              if (message instanceof LinkMessage.EpochStart start) {
                epoch.complete(start.epoch());
              }
              if (message instanceof LinkMessage.SessionCheck) {
                revealed.add(from);
              }
              return List.of(message);
            })) {
      assertServes(network, memory, 4);
      long running = epoch.get(60, TimeUnit.SECONDS);
      long ignored = memory.counters(0).ignoredMessages();
      memory.deliver("party 1", "party 0", LinkMessage.SessionCheck.request(running));
      assertServes(network, memory, 4);
      assertTrue(memory.counters(0).ignoredMessages() > ignored);
      assertEquals(1, memory.counters(1).epochs());
      byte[] seed = new byte[LinkMessage.CHECK_BYTES];
      memory.deliver("party 0", "party 1", new LinkMessage.SessionCheck(running, 8, seed));
      // Its number is lost to both, so the epoch ends; the next one serves.
      await("the next epoch", () -> memory.counters(1).epochs() > 1);
      assertServesAgain(network, memory);
      assertEquals(Set.of(), revealed);
    }
  }

  @Test
  void shouldRefuseToCheckADealerThatDealsNothing() {
    FusedNetwork network = SmallNetworks.linear().with(Visibility.PUBLIC);
    assertEquals(List.of(), network.plan().steps());
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> settings(network, 2));
    assertTrue(refused.getMessage().contains("dealerCheckEvery"), refused.getMessage());
    assertEquals(0, settings(network, 0).capacity().limits().dealerCheckEvery());
  }

  private static PartySettings settings(FusedNetwork network, int every) {
    SecureRandom secure = new SecureRandom();
    PartyCounters counters = new PartyCounters();
    PartyLimits limits = PartyLimits.defaults().toBuilder().dealerCheckEvery(every).build();
    return new PartySettings(
        new PartySettings.Identity(
            ModelShares.split(network, secure)[0],
            DealingKey.of(CorrelationKey.generate(secure)),
            new byte[16]),
        new PartyCapacity(Precomputation.of(4), 16, limits),
        new Arithmetic(null, LinearKernels.best()), // Nothing is computed.
        RoleState.inMemory(),
        new PartyInbound(new LayerRoutes(), new InputGate(1, 1, 1, () -> 1, 1, counters)),
        System::nanoTime,
        cause -> {},
        counters,
        secure);
  }

  /** A party may say falsely that the dealer was wrong: the epoch ends, the next one serves. */
  @Test
  void shouldBeginAnewAfterAFalseWitness() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    AtomicBoolean lied = new AtomicBoolean();
    try (MemoryNetwork memory =
        network(
            network,
            2,
            (from, to, message) -> {
              if (message instanceof LinkMessage.WitnessDigest witness
                  && lied.compareAndSet(false, true)) {
                witness.digest()[7] ^= 1;
              }
              return List.of(message);
            })) {
      for (int served = 0; served < 8; ) {
        float[] image = Fixtures.image(random);
        try {
          Fixtures.assertAnswer(
              network, image, memory.infer(image).get(60, TimeUnit.SECONDS), SEED);
          served += lied.get() ? 1 : 0;
        } catch (ExecutionException ended) {
          assertTrue(ended.getCause() instanceof InferenceException, ended.toString());
        }
      }
      assertEquals(
          1, memory.counters(0).dealerChecksFailed() + memory.counters(1).dealerChecksFailed());
      assertEquals(List.of(), memory.fatal());
    }
  }

  /** No seed is told of a number that is not taken for a check, whatever the peer says. */
  @ParameterizedTest(name = "to party {0}")
  @ValueSource(ints = {0, 1})
  void shouldRevealNothingForStrayChecks(int victim) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    CompletableFuture<Long> epoch = new CompletableFuture<>();
    Set<Numbered> revealed = ConcurrentHashMap.newKeySet();
    String peer = "party " + (1 - victim);
    try (MemoryNetwork memory =
        network(
            network,
            0,
            (from, to, message) -> {
              if (message instanceof LinkMessage.EpochStart start) {
                epoch.complete(start.epoch());
              }
              if (message instanceof LinkMessage.SessionCheck check
                  && from.equals("party " + victim)) {
                revealed.add(new Numbered(check.epoch(), check.number()));
              }
              return List.of(message);
            })) {
      assertServes(network, memory, 4);
      long running = epoch.get(60, TimeUnit.SECONDS);
      long ignored = memory.counters(victim).ignoredMessages();
      byte[] seed = new byte[LinkMessage.CHECK_BYTES];
      Arrays.fill(seed, (byte) 5);
      for (long number = 0; number < 4; number++) {
        memory.deliver(
            peer, "party " + victim, new LinkMessage.SessionCheck(running, number, seed));
        for (int layer = -1; layer < 9; layer++) {
          memory.deliver(
              peer,
              "party " + victim,
              new LinkMessage.WitnessDigest(running, number, layer, seed.clone()));
        }
      }
      memory.deliver(
          peer, "party " + victim, new LinkMessage.SessionCheck(running + 1, 4, seed.clone()));
      assertServes(network, memory, 4);
      assertTrue(memory.counters(victim).ignoredMessages() >= ignored + 44);
      assertEquals(Set.of(), revealed);
      assertEquals(1, memory.counters(victim).epochs());
    }
    assertFalse(opened.isEmpty());
    assertArrayEquals(new Object[0], checked.toArray());
  }
}
