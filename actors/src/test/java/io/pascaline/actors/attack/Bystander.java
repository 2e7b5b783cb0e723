// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.Fixtures;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.layers.compile.FusedNetwork;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/** Somebody who asks one question after the other while an attack goes on, and checks answers. */
final class Bystander implements AutoCloseable {
  private final List<InferenceException> refusals = new CopyOnWriteArrayList<>();
  private final List<Throwable> faults = new CopyOnWriteArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final Thread thread;
  private volatile boolean stopping;

  Bystander(FusedNetwork network, InferenceService service, long seed) {
    thread = new Thread(() -> ask(network, service, seed), "bystander");
    thread.setDaemon(true);
    thread.start();
  }

  private void ask(FusedNetwork network, InferenceService service, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    while (!stopping) {
      float[] image = Fixtures.image(random);
      try {
        Fixtures.assertAnswer(network, image, Fixtures.await(service.infer(image)), seed);
        answers.incrementAndGet();
      } catch (ExecutionException ended) {
        if (ended.getCause() instanceof InferenceException typed) {
          refusals.add(typed);
        } else {
          faults.add(ended);
        }
      } catch (Exception | AssertionError wrong) {
        faults.add(wrong);
        return;
      }
    }
  }

  /** Right answers so far; there is no other count, for a wrong one ends everything. */
  int answers() {
    return answers.get();
  }

  /** Waits for so many more right answers. */
  void awaitAnswers(int more) {
    int target = answers.get() + more;
    Deployment.await(
        more + " answers: " + refusals + faults,
        () -> answers.get() >= target || !faults.isEmpty());
    assertEquals(List.of(), faults);
  }

  /** Stops; says that every question was answered, and right. */
  void assertUntouched() throws InterruptedException {
    stop();
    assertEquals(List.of(), refusals);
    assertTrue(answers.get() > 0);
  }

  /** Stops; says that every answer was right, and every refusal had a reason. */
  void assertNeverWrong() throws InterruptedException {
    stop();
    assertTrue(answers.get() > 0);
  }

  private void stop() throws InterruptedException {
    stopping = true;
    thread.join(60_000);
    assertTrue(!thread.isAlive(), "a question was not answered in a minute");
    assertEquals(List.of(), faults);
  }

  @Override
  public void close() {
    stopping = true;
  }
}
