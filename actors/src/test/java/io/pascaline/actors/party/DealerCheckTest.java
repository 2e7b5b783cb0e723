// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
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
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
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
      for (int attempt = 0; reason != AbortReason.DEALER_FAULT; attempt++) {
        // Each draws a check with at least 1/2; the check ends the request unless the request's own
        // fault is faster. About one in five is ended so; at one in ten, 200 miss it with 1e-9.
        assertTrue(attempt < 200, "no request has ended with DEALER_FAULT");
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
}
