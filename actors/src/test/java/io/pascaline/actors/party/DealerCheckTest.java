// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parties that take some numbers to check the dealer: what is checked is never opened, honest
 * dealers pass, and others are found at the rate that is promised.
 */
@Timeout(240)
class DealerCheckTest extends DealerCheckFixture {
  @ParameterizedTest
  @CsvSource({"SHARED, 2", "SHARED, 5", "OWNED, 2", "PUBLIC, 3"})
  void shouldPassHonestDealersAndOpenNothingThatIsChecked(Visibility visibility, int every)
      throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    try (MemoryNetwork memory = network(network, every, HONEST)) {
      for (int round = 0; round < 20; round++) {
        assertServes(network, memory, 8);
      }
      int checks = checked.size();
      // 160 sessions with a draw of each party: without a single one, less than 1e-30.
      assertTrue(checks > 0);
      awaitChecks(memory, checks);
      for (int party = 0; party < 2; party++) {
        assertEquals(0, memory.counters(party).dealerChecksFailed());
        assertEquals(1, memory.counters(party).epochs());
        assertEquals(0, memory.counters(party).ignoredMessages());
      }
    }
    Set<Numbered> both = new HashSet<>(checked);
    both.retainAll(opened);
    assertEquals(Set.of(), both, "what is checked is never opened");
    both = new HashSet<>(checked);
    both.retainAll(given);
    assertEquals(Set.of(), both, "no session has a number that is checked");
    assertEquals(160, given.size());
    // Together they are all numbers from 0 on.
    Set<Long> numbers = new HashSet<>();
    given.forEach(each -> numbers.add(each.number()));
    checked.forEach(each -> numbers.add(each.number()));
    for (long number = 0; number < 160 + checked.size(); number++) {
      assertTrue(numbers.contains(number), "number " + number);
    }
    if (visibility == Visibility.OWNED) {
      assertTrue(
          witnesses.stream().noneMatch(each -> each.startsWith("party 0")),
          "party 1, which is sent no correction, is told no witness");
    }
  }

  @ParameterizedTest(name = "{0} and {1} of an inference")
  @ValueSource(strings = {"0 0", "0.3 0.9", "0.5 -"})
  void shouldCheckStreamedLayers(String parts) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    MemoryNeed need = MemoryNeed.of(network.plan(), LinearKernels.best());
    List<Precomputation> precomputations = new ArrayList<>();
    for (String part : parts.split(" ")) {
      precomputations.add(
          part.equals("-")
              ? Precomputation.of(4)
              : new Precomputation(
                  0,
                  Math.max(
                      1, (long) (Double.parseDouble(part) * need.correlationBytesOfInference())),
                  true));
    }
    try (MemoryNetwork memory = network(network, 2, precomputations, noting(HONEST))) {
      for (int round = 0; round < 6; round++) {
        assertServes(network, memory, 8);
      }
      awaitChecks(memory, checked.size());
      assertEquals(1, memory.counters(0).epochs());
    }
  }

  /** One correction in a hundred is wrong in one word; one number in ten is checked. */
  @ParameterizedTest(name = "seed {0}, both parties draw: {1}")
  @CsvSource({"1, false", "2, true", "3, false"})
  void shouldFindADealerThatFalsifiesOneCorrectionInAHundredAsPredicted(long seed, boolean bothDraw)
      throws Exception {
    int catches = 10;
    int every = 10;
    FusedNetwork network = Fixtures.residual(seed);
    SplittableRandom dealers = new SplittableRandom(seed);
    Set<Numbered> falsified = ConcurrentHashMap.newKeySet();
    long taken = 0;
    long sessions = 0;
    try (MemoryNetwork memory =
        network(
            network,
            every,
            (from, to, message) -> {
              // Party 1 draws only when it is asked to.
              if (!bothDraw
                  && message instanceof LinkMessage.SessionCheck check
                  && check.number() < 0) {
                return List.of();
              }
              if (message instanceof LinkMessage.Correction correction) {
                synchronized (dealers) {
                  if (dealers.nextInt(100) == 0) {
                    int wrong = dealers.nextInt(correction.words().length);
                    correction.words()[wrong] += 1 << dealers.nextInt(32);
                    falsified.add(new Numbered(correction.epoch(), correction.number()));
                  }
                }
              }
              return List.of(message);
            })) {
      long failed = 0;
      while (failed < catches) {
        try {
          memory.infer(Fixtures.image(random)).get(60, TimeUnit.SECONDS);
          sessions++;
        } catch (ExecutionException ended) {
          AbortReason reason = ((InferenceException) ended.getCause()).reason();
          assertTrue(
              reason == AbortReason.DEALER_FAULT
                  || reason == AbortReason.PEER_LOST
                  || reason == AbortReason.DEALER_LOST,
              "reason " + reason);
        }
        failed = failed(memory);
      }
      assertEquals(List.of(), memory.fatal());
    }
    // What the dealer has falsified escapes a check with 1 - 1/every, each number for itself.
    for (Numbered each : falsified) {
      if (given.contains(each) || checked.contains(each)) {
        taken++;
      }
    }
    long found = falsified.stream().filter(checked::contains).count();
    // Both parties may find something wrong in the same number.
    assertTrue(2 * found >= catches, found + " numbers for " + catches + " catches");
    long most = mostTrials(found, 1.0 / every, 1e-9);
    assertTrue(
        taken <= most,
        taken + " falsified numbers for " + found + " catches, at most " + most + " predicted");
    assertTrue(sessions > 0);
  }

  @Test
  void shouldHoldTheDealerToTheLengthOfItsCorrections() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    try (MemoryNetwork memory =
        network(
            network,
            2,
            (from, to, message) ->
                message instanceof LinkMessage.Correction correction && correction.layer() == 2
                    ? List.of(
                        new LinkMessage.Correction(
                            correction.epoch(), correction.number(), 2, new int[1]))
                    : List.of(message))) {
      for (int attempt = 0; failed(memory) == 0; attempt++) {
        // A check precedes each request with probability 1/2 or more; otherwise the request fails.
        assertTrue(attempt < 64, "no check has failed");
        ExecutionException ended =
            assertThrows(
                ExecutionException.class,
                () -> memory.infer(Fixtures.image(random), 5_000).get(60, TimeUnit.SECONDS));
        assertTrue(ended.getCause() instanceof InferenceException, ended.toString());
      }
      assertEquals(List.of(), memory.fatal());
    }
  }

  /** Sessions in flight when a check fails may be wrong. They end, and clients are told why. */
  @Test
  void shouldEndSessionsInFlightWithTheDealersFault() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    try (MemoryNetwork memory =
        network(
            network,
            2,
            (from, to, message) -> {
              if (message instanceof LinkMessage.Correction correction) {
                correction.words()[0]++;
              }
              // No session ends by itself.
              boolean isSessions =
                  message instanceof LinkMessage.MaskedTensor tensor && tensor.number() >= 0;
              return isSessions ? List.of() : List.of(message);
            })) {
      AbortReason reason = null;
      for (int attempt = 0; reason != AbortReason.DEALER_FAULT; attempt++) {
        // With probability 1/2 or more, a check follows each of 8 sessions before the next one.
        assertTrue(attempt < 8, "no request has ended with DEALER_FAULT");
        List<CompletableFuture<InferenceResult>> asked = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
          asked.add(memory.infer(Fixtures.image(random), 5_000));
        }
        for (CompletableFuture<InferenceResult> each : asked) {
          ExecutionException ended =
              assertThrows(ExecutionException.class, () -> each.get(60, TimeUnit.SECONDS));
          AbortReason own = ((InferenceException) ended.getCause()).reason();
          reason = own == AbortReason.DEALER_FAULT ? own : reason;
        }
      }
      assertTrue(failed(memory) > 0);
    }
  }

  private static long failed(MemoryNetwork memory) {
    return memory.counters(0).dealerChecksFailed() + memory.counters(1).dealerChecksFailed();
  }

  /**
   * A dealer that learns of a check cannot repair what it has dealt. It cannot choose a seed,
   * because the parties derive their seeds from keys that were fixed at the start of the epoch. It
   * could still send the right correction, or announce the epoch again with other nonces. Both come
   * too late.
   */
  @Test
  void shouldCheckWhatTheDealerDealtFirst() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    Map<Numbered, List<Dealt>> right = new ConcurrentHashMap<>();
    Set<Numbered> mended = ConcurrentHashMap.newKeySet();
    AtomicReference<LinkMessage.EpochStart> announced = new AtomicReference<>();
    CompletableFuture<MemoryNetwork> started = new CompletableFuture<>();
    try (MemoryNetwork memory =
        network(
            network,
            2,
            (from, to, message) -> {
              if (message instanceof LinkMessage.EpochStart start) {
                announced.set(start);
              }
              if (message instanceof LinkMessage.Correction correction) {
                right
                    .computeIfAbsent(
                        new Numbered(correction.epoch(), correction.number()),
                        number -> new CopyOnWriteArrayList<>())
                    .add(new Dealt(to, (LinkMessage.Correction) MemoryNetwork.copy(correction)));
                correction.words()[0]++;
              }
              if (message instanceof LinkMessage.SessionCheck check && check.number() >= 0) {
                Numbered number = new Numbered(check.epoch(), check.number());
                mend(started.join(), announced.get(), right.getOrDefault(number, List.of()));
                mended.add(number);
              }
              return List.of(message);
            })) {
      started.complete(memory);
      // All of it is dealt before anything is checked.
      memory.awaitReady(0, 4);
      memory.awaitReady(1, 4);
      for (int attempt = 0; failed(memory) == 0; attempt++) {
        assertTrue(attempt < 64, "no check has failed");
        try {
          memory.infer(Fixtures.image(random)).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException ended) {
          assertTrue(ended.getCause() instanceof InferenceException, ended.toString());
        }
      }
      // Only the party that was sent no correction of a number can have found nothing wrong.
      assertTrue(
          memory.counters(0).dealerChecksPassed() + memory.counters(1).dealerChecksPassed()
              <= checked.size());
      assertEquals(List.of(), memory.fatal());
    }
    assertFalse(mended.isEmpty());
  }

  /** A correction on its way to a party. */
  private record Dealt(String to, LinkMessage.Correction correction) {}

  /** Sends the right corrections after the false ones, and the epoch's announcement once more. */
  private static void mend(
      MemoryNetwork memory, LinkMessage.EpochStart start, List<Dealt> corrections) {
    for (Dealt each : corrections) {
      memory.deliver("dealer", each.to(), MemoryNetwork.copy(each.correction()));
    }
    byte[] other = start.dealerNonce().clone();
    other[0] ^= 1;
    for (int party = 0; party < 2; party++) {
      memory.deliver(
          "dealer",
          "party " + party,
          new LinkMessage.EpochStart(
              start.epoch(),
              other,
              start.party0Nonce(),
              start.party1Nonce(),
              start.keyConfirmation()));
    }
  }
}
