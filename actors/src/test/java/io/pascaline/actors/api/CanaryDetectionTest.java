// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.party.MemoryNetwork;
import io.pascaline.layers.canary.Canary;
import io.pascaline.layers.canary.CanaryMaker;
import io.pascaline.layers.canary.CanarySet;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Real parties, one of which adds to an opening: canaries find it at the rate that is promised. */
@Timeout(240)
class CanaryDetectionTest {
  private static final long SEED = 71;
  private static final int CHECKED_SEEDS = 40;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final SplittableRandom random = new SplittableRandom(SEED);
  private final FusedNetwork network = Fixtures.residual(SEED);
  private final CanarySet set =
      new CanaryMaker(network, Stream.generate(() -> Fixtures.image(random)).limit(8).toList())
          .make(8);

  /** Of sessions that are tampered with: their numbers. */
  private final Set<Long> tampered = ConcurrentHashMap.newKeySet();

  /** Party 0 adds to one element of its first opening, in every session or in one of some. */
  private MemoryNetwork.Tampering shifting(int oneIn) {
    return (from, to, message) -> {
      if (message instanceof LinkMessage.MaskedTensor tensor
          && from.equals("party 0")
          && tensor.layer() == 0
          && tensor.number() >= 0
          && tensor.number() % oneIn == 0) {
        tampered.add(tensor.number());
        tensor.words()[3] += 1 << 12;
      }
      return List.of(message);
    };
  }

  private static SecureRandom seeded(long seed) throws Exception {
    SecureRandom coins = SecureRandom.getInstance("SHA1PRNG");
    coins.setSeed(seed);
    return coins;
  }

  private ClientRequests requests(MemoryNetwork memory, CanaryAudit audit) {
    return new ClientRequests(
        memory.client(),
        memory.scheduler(),
        network.plan(),
        new RequestPolicy(
            TIMEOUT, RetryPolicy.never(), RangePolicy.WARN, audit.forPlan(network.plan()), 64),
        new CompletableFuture<>());
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Asks until a canary is answered wrongly; returns the evidence. */
  private WrongAnswer askUntilCaught(ClientRequests requests) throws Exception {
    while (true) {
      try {
        get(requests.infer(Fixtures.image(random)));
      } catch (ExecutionException ended) {
        return assertInstanceOf(WrongAnswerException.class, ended.getCause()).evidence();
      }
    }
  }

  @ParameterizedTest(name = "rate {0}, one wrong session in {1}")
  @CsvSource({"0.1, 1", "0.4, 1", "0.3, 4"})
  void shouldFindWrongAnswersAtTheRateOfCanaries(double rate, int oneIn) throws Exception {
    try (MemoryNetwork memory = new MemoryNetwork(network, 60_000, 16, shifting(oneIn))) {
      for (long seed = 1; seed <= CHECKED_SEEDS; seed++) {
        askUntilCaught(requests(memory, new CanaryAudit(set, rate, seeded(seed))));
      }
    }
    // Each session that is tampered with is a canary with that probability: a geometric law.
    double mean = CHECKED_SEEDS / rate;
    double deviation = Math.sqrt(CHECKED_SEEDS * (1 - rate)) / rate;
    assertTrue(
        Math.abs(tampered.size() - mean) <= 4 * deviation,
        tampered.size() + " wrong sessions, " + mean + " expected, deviation " + deviation);
  }

  @Test
  void shouldShowTheEvidenceAndAnswerNothingAfterwards() throws Exception {
    Set<RequestId> asked = ConcurrentHashMap.newKeySet();
    MemoryNetwork.Tampering shifting = shifting(1);
    MemoryNetwork.Tampering noting =
        (from, to, message) -> {
          if (message instanceof LinkMessage.InputShare share) {
            asked.add(share.request());
          }
          return shifting.apply(from, to, message);
        };
    try (MemoryNetwork memory = new MemoryNetwork(network, 60_000, 16, noting)) {
      CanaryAudit audit = new CanaryAudit(set, 0.2, seeded(SEED));
      ClientRequests requests = requests(memory, audit);

      WrongAnswer evidence = askUntilCaught(requests);

      Canary canary = set.canaries().get(evidence.canary());
      assertTrue(canary.isAnsweredBy(evidence.expected()));
      assertFalse(canary.isAnsweredBy(evidence.received()));
      assertEquals(canary.firstWrongElement(evidence.received()), evidence.element());
      assertEquals(asked.size() - 1, evidence.unchecked(), "all but the canary were answered");
      assertTrue(asked.stream().anyMatch(id -> id.toString().equals(evidence.request())));
      int before = asked.size();
      for (int i = 0; i < 10; i++) {
        ExecutionException refused =
            assertThrows(ExecutionException.class, () -> get(requests.infer(image())));
        WrongAnswerException cause =
            assertInstanceOf(WrongAnswerException.class, refused.getCause());
        assertNotNull(cause.evidence());
        assertFalse(cause.getMessage().contains("\n"), cause.getMessage());
      }
      assertEquals(before, asked.size(), "nobody was asked again");
      assertEquals(new CanaryCounts(0, 1, 0, 1), audit.counts());
    }
  }

  private float[] image() {
    return Fixtures.image(random);
  }

  @ParameterizedTest(name = "sessions of {0} images")
  @ValueSource(ints = {1, 3})
  void shouldAnswerRightlyWhatHonestPartiesAnswer(int batch) throws Exception {
    Set<Integer> lengths = ConcurrentHashMap.newKeySet();
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) -> {
              if (message instanceof LinkMessage.InputShare share) {
                lengths.add(share.words().length);
              }
              return List.of(message);
            })) {
      CanaryAudit audit = new CanaryAudit(set, 0.5, seeded(SEED));
      ClientRequests requests = requests(memory, audit);
      for (int round = 0; round < 20; round++) {
        List<float[]> images = new ArrayList<>();
        List<CompletionStage<InferenceResult>> answers = new ArrayList<>();
        for (int session = 0; session < 4; session++) {
          List<float[]> own = Stream.generate(this::image).limit(batch).toList();
          images.addAll(own);
          answers.addAll(requests.infer(own));
        }
        for (int i = 0; i < images.size(); i++) {
          Fixtures.assertAnswer(network, images.get(i), get(answers.get(i)), SEED);
        }
      }
      // 80 sessions, each after as many canaries as come before the first tail of a coin.
      assertTrue(audit.counts().right() >= 40L * batch, audit.counts().toString());
      assertEquals(0, audit.counts().wrong() + audit.counts().unanswered());
      assertEquals(Set.of(batch * network.plan().inputWordCount()), lengths);
    }
  }

  @Test
  void shouldEndARequestAtItsDeadlineWhateverIsSentBefore() throws Exception {
    // Nobody answers: a canary that waits takes the time of the request that waits for it.
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            60_000,
            16,
            (from, to, message) ->
                message instanceof LinkMessage.OutputShare ? List.of() : List.of(message))) {
      CanaryAudit audit = new CanaryAudit(set, 0.5, seeded(SEED));
      ClientRequests requests = requests(memory, audit);
      for (int i = 0; i < 5; i++) {
        ExecutionException late =
            assertThrows(
                ExecutionException.class,
                () -> get(requests.infer(image(), Duration.ofMillis(300))));
        assertEquals(
            AbortReason.DEADLINE,
            assertInstanceOf(InferenceException.class, late.getCause()).reason());
      }
      assertEquals(0, audit.counts().right() + audit.counts().wrong());
      assertTrue(audit.counts().unanswered() > 0, audit.counts().toString());
    }
  }

  @Test
  void shouldRefuseRatesOutOfRangeAndCanariesOfAnotherPlan() throws Exception {
    for (double rate : new double[] {0, -1, 0.51, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new CanaryAudit(set, rate, seeded(SEED)));
    }
    CanaryAudit audit = new CanaryAudit(set, 0.1, seeded(SEED));
    assertThrows(
        IllegalArgumentException.class, () -> audit.forPlan(Fixtures.residual(SEED, 5).plan()));
  }
}
