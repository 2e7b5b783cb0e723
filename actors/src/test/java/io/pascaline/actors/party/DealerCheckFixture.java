// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.actors.state.RoleState;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.LinkMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Networks whose parties check the dealer, and what passes between them. */
abstract class DealerCheckFixture {
  static final long SEED = 91;
  static final MemoryNetwork.Tampering HONEST = (from, to, message) -> List.of(message);

  final SplittableRandom random = new SplittableRandom(SEED);

  /** A number of an epoch, and what became of it. */
  record Numbered(long epoch, long number) {}

  final Set<Numbered> opened = ConcurrentHashMap.newKeySet();
  final Set<Numbered> given = ConcurrentHashMap.newKeySet();
  final Set<Numbered> checked = ConcurrentHashMap.newKeySet();
  final Set<String> witnesses = ConcurrentHashMap.newKeySet();

  /** Takes note of what passes between the parties, after somebody has tampered with it. */
  MemoryNetwork.Tampering noting(MemoryNetwork.Tampering tampering) {
    return (from, to, message) -> {
      // What is opened in advance masks no input: its number may be checked all the same.
      if (message instanceof LinkMessage.MaskedTensor tensor
          && tensor.number() >= 0
          && !tensor.isInAdvance()) {
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

  static MemoryNetwork network(
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

  MemoryNetwork network(FusedNetwork network, int every, MemoryNetwork.Tampering tampering) {
    List<Precomputation> four = List.of(Precomputation.of(4), Precomputation.of(4));
    return network(network, every, four, noting(tampering));
  }

  void assertServes(FusedNetwork network, MemoryNetwork memory, int inferences) throws Exception {
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

  /** Serves after an epoch has ended, with which requests that came before the next one end. */
  void assertServesAgain(FusedNetwork network, MemoryNetwork memory) throws Exception {
    boolean isServed = false;
    for (int attempt = 0; !isServed; attempt++) {
      try {
        assertServes(network, memory, 1);
        isServed = true;
      } catch (ExecutionException ended) {
        assertTrue(attempt < 10, ended.toString());
      }
    }
  }

  /** Waits for checks in flight: for the state that they lead to, not for a time. */
  static void awaitChecks(MemoryNetwork memory, long passed) {
    await(
        passed + " passed checks",
        () ->
            memory.counters(0).dealerChecksPassed() >= passed
                && memory.counters(1).dealerChecksPassed() >= passed);
  }

  /** Returns how many trials give that many hits, except with a small probability. */
  static long mostTrials(long hits, double rate, double chance) {
    long trials = hits;
    while (belowHits(trials, hits, rate) > chance) {
      trials++;
    }
    return trials;
  }

  /** Returns the probability that the trials have fewer hits. */
  private static double belowHits(long trials, long hits, double rate) {
    double term = Math.pow(1 - rate, trials);
    double sum = 0;
    for (long k = 0; k < hits; k++) {
      sum += term;
      term *= (trials - k) / (k + 1.0) * rate / (1 - rate);
    }
    return sum;
  }

  static void await(String what, BooleanSupplier isReached) {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!isReached.getAsBoolean()) {
      assertTrue(System.nanoTime() < deadlineNs, "no " + what + " within a minute");
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }
}
