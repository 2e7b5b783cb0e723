// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.party.PartyCounters;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.AbortReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many times what can be served is asked for: queues stay short, every request ends. */
@Timeout(120)
class OverloadTest {
  private static final long SEED = 61;
  private static final int MAX_SESSIONS = 2;
  private static final int MAX_QUEUED = 3;
  private static final int OFFERED = 300;

  private static EmbeddedSettings settings(long timeoutMs, int maxPending) {
    return EmbeddedSettings.builder()
        .computeThreads(1)
        .precomputedCorrelations(2)
        .maxSessions(MAX_SESSIONS)
        .maxQueued(MAX_QUEUED)
        .requestTimeout(Duration.ofMillis(timeoutMs))
        .maxPending(maxPending)
        .build();
  }

  private record Outcome(int answered, int refused) {}

  private static Outcome offer(EmbeddedInference service, FusedNetwork network) throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    List<float[]> images = new ArrayList<>();
    List<CompletionStage<InferenceResult>> results = new ArrayList<>();
    for (int i = 0; i < OFFERED; i++) {
      images.add(Fixtures.image(random));
      results.add(service.infer(images.get(i)));
      assertBounded(service);
    }
    int answered = 0;
    int refused = 0;
    for (int i = 0; i < OFFERED; i++) {
      try {
        Fixtures.assertAnswer(network, images.get(i), Fixtures.await(results.get(i)), SEED);
        answered++;
      } catch (ExecutionException failed) {
        InferenceException reason = (InferenceException) failed.getCause();
        if (reason.reason() == AbortReason.OVERLOADED) {
          assertTrue(reason.retryAfterMs() > 0);
        } else {
          assertEquals(AbortReason.DEADLINE, reason.reason());
        }
        refused++;
      }
      assertBounded(service);
    }
    return new Outcome(answered, refused);
  }

  private static void assertBounded(EmbeddedInference service) {
    PartyCounters admitting = service.counters(0);
    assertTrue(admitting.inFlightPeak() <= MAX_SESSIONS, "peak " + admitting.inFlightPeak());
    int bound = MAX_SESSIONS + MAX_QUEUED;
    assertTrue(admitting.sessionsPeak() <= bound, "peak " + admitting.sessionsPeak());
    int following = service.counters(1).sessionsPeak();
    assertTrue(following <= 2 * bound, "peak " + following);
  }

  @Test
  void shouldAnswerAllThatWaitLongEnough() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    try (EmbeddedInference service = EmbeddedInference.start(network, settings(60_000, 1024))) {
      Fixtures.await(service.ready(1, Duration.ofSeconds(60)));
      Outcome outcome = offer(service, network);

      assertEquals(new Outcome(OFFERED, 0), outcome);
      assertTrue(service.counters(0).refusals(AbortReason.OVERLOADED) > 0);
    }
  }

  @Test
  void shouldEndWhatCannotBeServedInTimeAndServeOn() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    try (EmbeddedInference service = EmbeddedInference.start(network, settings(250, 1024))) {
      Fixtures.await(service.ready(1, Duration.ofSeconds(60)));
      Outcome outcome = offer(service, network);

      assertEquals(OFFERED, outcome.answered() + outcome.refused());
      assertTrue(outcome.refused() > 0, outcome.toString());
      Fixtures.assertAnswersEventually(network, service, SEED);
    }
  }

  @Test
  void shouldTakeNoMoreFromItsUserThanItMayHold() throws Exception {
    FusedNetwork network = Fixtures.residual(SEED);
    try (EmbeddedInference service = EmbeddedInference.start(network, settings(60_000, 10))) {
      Fixtures.await(service.ready(1, Duration.ofSeconds(60)));
      Outcome outcome = offer(service, network);

      assertTrue(outcome.answered() >= 10 && outcome.refused() > 0, outcome.toString());
    }
  }
}
