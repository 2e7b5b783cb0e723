// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.Visibility;
import io.pascaline.transport.link.LinkMessage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Checks of the dealer between sessions of several images. */
@Timeout(240)
class BatchDealerCheckTest extends DealerCheckFixture {
  private static final int BATCH = 4;
  private static final int SESSIONS = 12;
  private static final long ASKED_MS = 60_000;

  /** If every second session is checked, no check occurs in this many with probability 2^-64. */
  private static final int MAX_SESSIONS = 64;

  private MemoryNetwork batches(
      FusedNetwork network, int every, MemoryNetwork.Tampering tampering) {
    return new MemoryNetwork(
        network,
        ASKED_MS,
        16,
        PartyLimits.builder().maxBatch(BATCH).dealerCheckEvery(every).build().forOnlyClient(),
        List.of(Precomputation.of(2 * BATCH), Precomputation.of(2 * BATCH)),
        name -> RoleState.inMemory(),
        noting(tampering));
  }

  private List<float[]> images() {
    return Stream.generate(() -> Fixtures.image(random)).limit(BATCH).toList();
  }

  private static Set<Long> numbers(Set<Numbered> noted) {
    Set<Long> numbers = new HashSet<>();
    noted.forEach(each -> numbers.add(each.number()));
    return numbers;
  }

  /** A check takes the numbers of a session, and both parties count exactly those numbers. */
  @ParameterizedTest
  @CsvSource({"SHARED, 2", "OWNED, 2", "PUBLIC, 3"})
  void shouldCheckWholeSessions(Visibility visibility, int every) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED).with(visibility);
    try (MemoryNetwork memory = batches(network, every, HONEST)) {
      for (int session = 0; session < SESSIONS || checked.isEmpty(); session++) {
        assertTrue(session < MAX_SESSIONS, "no check");
        List<float[]> images = images();
        List<InferenceResult> answers = memory.infer(images, ASKED_MS).get(60, TimeUnit.SECONDS);
        for (int image = 0; image < BATCH; image++) {
          Fixtures.assertAnswer(network, images.get(image), answers.get(image), SEED);
        }
      }
      awaitChecks(memory, checked.size());
      for (int party = 0; party < 2; party++) {
        assertEquals(checked.size(), memory.counters(party).dealerChecksPassed());
        assertEquals(0, memory.counters(party).dealerChecksFailed());
        assertEquals(1, memory.counters(party).epochs());
        assertEquals(0, memory.counters(party).ignoredMessages());
      }
    }
    Set<Long> checks = numbers(checked);
    Set<Long> sessions = numbers(given);
    for (long number : checks) {
      long first = number - number % BATCH;
      for (long other = first; other < first + BATCH; other++) {
        assertTrue(checks.contains(other), number + " is checked, and " + other + " is not");
      }
    }
    Set<Long> all = new HashSet<>(checks);
    all.addAll(sessions);
    assertEquals(checks.size() + sessions.size(), all.size(), "no session has a checked number");
    for (long number = 0; number < all.size(); number++) {
      assertTrue(all.contains(number), "number " + number);
    }
    Set<Numbered> both = new HashSet<>(checked);
    both.retainAll(opened);
    assertEquals(Set.of(), both, "what is checked is never opened");
  }

  /** The parties detect a dealer that falsifies only one image of each session. */
  @ParameterizedTest(name = "image {0}")
  @ValueSource(ints = {0, 1, 2, 3})
  void shouldFindAFalsifiedCorrectionOfAnyImage(int image) throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    try (MemoryNetwork memory =
        batches(
            network,
            2,
            (from, to, message) -> {
              if (message instanceof LinkMessage.Correction correction
                  && correction.number() % BATCH == image) {
                correction.words()[correction.words().length - 1]++;
              }
              return List.of(message);
            })) {
      int sessions = 0;
      while (memory.counters(0).dealerChecksFailed() + memory.counters(1).dealerChecksFailed()
          == 0) {
        assertTrue(sessions++ < MAX_SESSIONS, "not found");
        try {
          memory.infer(images(), ASKED_MS).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException ended) {
          assertTrue(ended.getCause() instanceof InferenceException, ended.toString());
        }
      }
      assertEquals(List.of(), memory.fatal());
    }
    assertTrue(
        checked.stream().anyMatch(each -> each.number() % BATCH == image), "it was a check's");
  }

  /** The last image of a session is checked with the promised probability. */
  @Test
  void shouldFindFalsifiedLastImagesAsPredicted() throws Exception {
    int catches = 10;
    int every = 5;
    Set<Numbered> falsified = ConcurrentHashMap.newKeySet();
    try (MemoryNetwork memory =
        // Requests of party 1 for checks are dropped, so only party 0 draws.
        batches(
            Fixtures.residual(SEED),
            every,
            (from, to, message) -> {
              if (message instanceof LinkMessage.SessionCheck check && check.number() < 0) {
                return List.of();
              }
              if (message instanceof LinkMessage.Correction correction
                  && correction.number() % BATCH == BATCH - 1) {
                correction.words()[0]++;
                falsified.add(new Numbered(correction.epoch(), correction.number()));
              }
              return List.of(message);
            })) {
      while (memory.counters(0).dealerChecksFailed() + memory.counters(1).dealerChecksFailed()
          < catches) {
        try {
          memory.infer(images(), ASKED_MS).get(60, TimeUnit.SECONDS);
        } catch (ExecutionException ended) {
          assertTrue(ended.getCause() instanceof InferenceException, ended.toString());
        }
      }
    }
    falsified.removeIf(each -> !given.contains(each) && !checked.contains(each));
    long found = falsified.stream().filter(checked::contains).count();
    // Both parties may find something wrong in the same number.
    assertTrue(2 * found >= catches, found + " numbers for " + catches + " catches");
    long most = mostTrials(found, 1.0 / every, 1e-9);
    assertTrue(
        falsified.size() <= most,
        falsified.size() + " falsified for " + found + " catches, at most " + most + " predicted");
  }
}
