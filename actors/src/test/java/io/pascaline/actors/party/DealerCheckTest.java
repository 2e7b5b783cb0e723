// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.MemoryNeed;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.protocols.linear.kernel.LinearKernels;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
class DealerCheckTest {
  private static final long SEED = 91;
  private static final MemoryNetwork.Tampering HONEST = (from, to, message) -> List.of(message);

  private final SplittableRandom random = new SplittableRandom(SEED);

  /** A number of an epoch, and what became of it. */
  private record Numbered(long epoch, long number) {}

  private final Set<Numbered> opened = ConcurrentHashMap.newKeySet();
  private final Set<Numbered> given = ConcurrentHashMap.newKeySet();
  private final Set<Numbered> checked = ConcurrentHashMap.newKeySet();
  private final Set<String> witnesses = ConcurrentHashMap.newKeySet();

  /** Takes note of what passes between the parties, after somebody has tampered with it. */
  private MemoryNetwork.Tampering noting(MemoryNetwork.Tampering tampering) {
    return (from, to, message) -> {
      if (message instanceof LinkMessage.MaskedTensor tensor && tensor.number() >= 0) {
        opened.add(new Numbered(tensor.epoch(), tensor.number()));
      } else if (message instanceof LinkMessage.SessionOpen open && open.number() >= 0) {
        for (int image = 0; image < open.imageCount(); image++) {
          given.add(new Numbered(open.epoch(), open.number() + image));
        }
      } else if (message instanceof LinkMessage.SessionCheck check && check.number() >= 0) {
        checked.add(new Numbered(check.epoch(), check.number()));
      } else if (message instanceof LinkMessage.WitnessDigest witness) {
        witnesses.add(from + " " + witness.number() + " " + witness.layer());
      }
      return tampering.apply(from, to, message);
    };
  }

  private static MemoryNetwork network(
      FusedNetwork network,
      int every,
      List<Precomputation> precomputations,
      MemoryNetwork.Tampering tampering) {
    return new MemoryNetwork(
        network,
        60_000,
        16,
        PartyLimits.defaults().forOnlyClient().toBuilder().dealerCheckEvery(every).build(),
        precomputations,
        name -> RoleState.inMemory(),
        tampering);
  }

  private MemoryNetwork network(
      FusedNetwork network, int every, MemoryNetwork.Tampering tampering) {
    List<Precomputation> four = List.of(Precomputation.of(4), Precomputation.of(4));
    return network(network, every, four, noting(tampering));
  }

  private void assertServes(FusedNetwork network, MemoryNetwork memory, int inferences)
      throws Exception {
    List<float[]> images = new ArrayList<>();
    List<CompletableFuture<InferenceResult>> answers = new ArrayList<>();
    for (int i = 0; i < inferences; i++) {
      images.add(Fixtures.image(random));
      answers.add(memory.infer(images.get(i)));
    }
    for (int i = 0; i < inferences; i++) {
      Fixtures.assertAnswer(network, images.get(i), answers.get(i).get(60, TimeUnit.SECONDS), SEED);
    }
    assertEquals(List.of(), memory.fatal());
  }

  /** Waits for checks that are under way: for the state that they lead to, not for a time. */
  private static void awaitChecks(MemoryNetwork memory, long passed) throws Exception {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (memory.counters(0).dealerChecksPassed() < passed
        || memory.counters(1).dealerChecksPassed() < passed) {
      assertTrue(System.nanoTime() < deadlineNs, passed + " checks have not passed");
      Thread.onSpinWait();
    }
  }

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
  @Test
  void shouldFindADealerThatFalsifiesOneCorrectionInAHundredAsPredicted() throws Exception {
    int catches = 10;
    int every = 10;
    FusedNetwork network = Fixtures.residual(SEED);
    SplittableRandom dealers = new SplittableRandom(SEED);
    Set<Numbered> falsified = ConcurrentHashMap.newKeySet();
    long taken = 0;
    long sessions = 0;
    try (MemoryNetwork memory =
        // Only party 0 draws: party 1 is not asked to.
        network(
            network,
            every,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionCheck check && check.number() < 0) {
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
        failed = memory.counters(0).dealerChecksFailed() + memory.counters(1).dealerChecksFailed();
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

  /** Returns the number of trials that are enough for so many hits, but for a small probability. */
  private static long mostTrials(long hits, double rate, double chance) {
    long trials = hits;
    while (belowHits(trials, hits, rate) > chance) {
      trials++;
    }
    return trials;
  }

  /** Returns the probability that so many trials have fewer hits. */
  private static double belowHits(long trials, long hits, double rate) {
    double term = Math.pow(1 - rate, trials);
    double sum = 0;
    for (long k = 0; k < hits; k++) {
      sum += term;
      term *= (trials - k) / (k + 1.0) * rate / (1 - rate);
    }
    return sum;
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
      AbortReason reason = null;
      while (reason != AbortReason.DEALER_FAULT) {
        try {
          memory.infer(Fixtures.image(random)).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException ended) {
          reason = ((InferenceException) ended.getCause()).reason();
        }
      }
      assertTrue(
          memory.counters(0).dealerChecksFailed() + memory.counters(1).dealerChecksFailed() > 0);
    }
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
