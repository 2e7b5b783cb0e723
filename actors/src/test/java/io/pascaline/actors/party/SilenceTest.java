// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.transport.link.LinkMessage;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A role that stops talking before any message of a session, and says nothing of it either. */
@Timeout(180)
class SilenceTest {
  private static final long SEED = 41;
  private static final long TIMEOUT_MS = 700;
  private static final int NEVER = Integer.MAX_VALUE / 2;
  private static final int MAX_STEPS = 40;
  private static final int MAX_ATTEMPTS = 60;

  private final FusedNetwork network = Fixtures.residual(SEED);
  private final SplittableRandom random = new SplittableRandom(SEED);

  /** How many messages a role sends in a session at least: of that many it is silent in turn. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({"party 0, 5", "party 1, 4", "client, 2"})
  void shouldEndTheSessionInTimeAndServeTheNext(String silent, int leastSteps) throws Exception {
    AtomicInteger left = new AtomicInteger(NEVER);
    try (MemoryNetwork memory =
        new MemoryNetwork(
            network,
            TIMEOUT_MS,
            16,
            (from, to, message) ->
                from.equals(silent) && isOfSession(message) && left.getAndDecrement() <= 0
                    ? List.of()
                    : List.of(message))) {
      serve(memory);
      int step = 0;
      while (!isAnsweredDespiteSilenceFrom(memory, left, step)) {
        step++;
        assertTrue(step < MAX_STEPS, "no session was answered");
        serve(memory);
      }
      assertTrue(step >= leastSteps, "only " + step + " steps");
      serve(memory);
      assertEquals(List.of(), memory.fatal());
    }
  }

  private boolean isAnsweredDespiteSilenceFrom(MemoryNetwork memory, AtomicInteger left, int step)
      throws Exception {
    float[] image = Fixtures.image(random);
    left.set(step);
    try {
      Fixtures.assertAnswer(
          network, image, infer(memory, image).get(10 * TIMEOUT_MS, TimeUnit.MILLISECONDS), SEED);
      return true;
    } catch (ExecutionException ended) {
      assertInstanceOf(InferenceException.class, ended.getCause());
      return false;
    } finally {
      left.set(NEVER);
    }
  }

  /** Until an answer comes, which must be right; what a silent role left behind ends by itself. */
  private void serve(MemoryNetwork memory) throws Exception {
    for (int attempt = 0; ; attempt++) {
      float[] image = Fixtures.image(random);
      try {
        Fixtures.assertAnswer(network, image, infer(memory, image).get(60, TimeUnit.SECONDS), SEED);
        return;
      } catch (ExecutionException ended) {
        assertTrue(attempt < MAX_ATTEMPTS, () -> "not served again: " + ended.getCause());
      }
    }
  }

  private CompletableFuture<InferenceResult> infer(MemoryNetwork memory, float[] image) {
    return memory.infer(image);
  }

  private static boolean isOfSession(LinkMessage message) {
    return message instanceof LinkMessage.InputShare
        || message instanceof LinkMessage.OutputShare
        || message instanceof LinkMessage.SessionOpen
        || message instanceof LinkMessage.RequestAbort
        || (message instanceof LinkMessage.MaskedTensor tensor && tensor.number() >= 0);
  }
}
