// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.actors.api.ServiceStatistics;
import io.pascaline.actors.metrics.ClientTraffic;
import io.pascaline.cli.options.RunSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PrivateRunTest {
  private static final Duration ONE_DAY = Duration.ofDays(1);
  private static final RunSettings SETTINGS = settings(2, RunSettings.UNLIMITED);

  private final List<Integer> told = new ArrayList<>();

  @Test
  void shouldAnswerEveryImageInTurn() {
    PrivateRun.Outcome outcome = run(new Failing(-1, -1));

    assertEquals(Optional.empty(), outcome.failure());
    assertEquals(List.of(0, 1, 2, 3, 4, 5, 6, 7), told);
    assertEquals(2, outcome.latencies().count());
    for (int i = 0; i < 8; i++) {
      assertArrayEquals(new float[] {i, 0}, outcome.logits()[i]);
    }
  }

  @Test
  void shouldMeasureTheLatencyOfFewImagesOnlyOnceItsTimeIsOver() {
    PrivateRun.Outcome outcome = run(40, settings(200, Duration.ZERO));

    assertEquals(RunSettings.MIN_LATENCY_COUNT, outcome.latencies().count());
    assertEquals(3, outcome.throughputInFlight());
    assertEquals(40, told.size());
  }

  @Test
  void shouldMeasureTheLatencyOfAllImagesThatItsTimeAllows() {
    PrivateRun.Outcome outcome = run(40, settings(30, RunSettings.UNLIMITED));

    assertEquals(30, outcome.latencies().count());
    assertEquals(40, told.size());
  }

  @Test
  void shouldKeepTheAnswersOfTheWarmUpAndMeasureTheOtherImages() {
    PrivateRun.Outcome outcome = run(60, warm(7, 1, 40, ONE_DAY));

    assertEquals(IntStream.range(0, 60).boxed().toList(), told);
    assertEquals(53, outcome.measured());
    assertEquals(53, outcome.sessions());
    // Warm-up and latency take 40 images together, so 20 are left for the throughput.
    assertEquals(33, outcome.latencies().count());
    assertEquals(3, outcome.throughputInFlight());
  }

  @Test
  void shouldRepeatImagesOnceTheWarmUpHasAnsweredAQuarter() {
    for (int batch = 1; batch <= 3; batch++) {
      told.clear();
      int[] asked = new int[1];

      PrivateRun.Outcome outcome =
          new PrivateRun(
                  new Failing(-1, -1),
                  i -> {
                    asked[0]++;
                    return new float[] {i};
                  },
                  11,
                  warm(30, batch, 9, ONE_DAY),
                  (image, logits) -> told.add(image))
              .run();

      int kept = 2 / batch * batch;
      assertEquals(IntStream.range(0, 11).boxed().toList(), told);
      assertEquals(11 - kept, outcome.measured());
      assertTrue(asked[0] >= 30 + outcome.measured(), "asked for " + asked[0] + " images");
    }
  }

  @Test
  void shouldLeaveAsManyImagesForTheLatencyAsWereAskedFor() {
    PrivateRun.Outcome all = run(40, warm(20, 1, 40, RunSettings.UNLIMITED));
    PrivateRun.Outcome some = run(40, warm(20, 1, 30, RunSettings.UNLIMITED));

    assertEquals(40, all.latencies().count());
    assertEquals(30, some.latencies().count());
    // Of the ten others, the warm-up answers two, and eight run with several in flight.
    assertEquals(38, some.measured());
    assertEquals(3, some.throughputInFlight());
  }

  @Test
  void shouldKeepWhatWasAnsweredBeforeAFailureInTheWarmUp() {
    Failing service = new Failing(1, Integer.MAX_VALUE);

    PrivateRun.Outcome outcome =
        new PrivateRun(
                service,
                i -> new float[] {i},
                8,
                warm(2, 1, 8, ONE_DAY),
                (image, logits) -> told.add(image))
            .run();

    assertSame(service.failure, outcome.failure().orElseThrow());
    assertEquals(List.of(0), told);
    assertEquals(0, outcome.measured());
    assertEquals(0, outcome.sessions());
    assertTrue(Double.isNaN(outcome.throughputPerSecond()));
  }

  @Test
  void shouldKeepWhatWasAnsweredBeforeAFailureAndBesideIt() {
    Failing service = new Failing(4, Integer.MAX_VALUE);

    PrivateRun.Outcome outcome = run(service);

    assertSame(service.failure, outcome.failure().orElseThrow());
    // Images 5 and 6 were in flight when 4 failed.
    assertEquals(List.of(0, 1, 2, 3, 5, 6), told);
    assertNull(outcome.logits()[4]);
    assertNull(outcome.logits()[7]);
    assertNotNull(outcome.logits()[6]);
    Score score = Score.of(outcome.logits(), new float[8][2], new int[] {0, 0, 0, 1, 0, -1, 0, 0});
    assertEquals(6, score.answeredCount());
    assertEquals(5, score.labelledCount());
    assertEquals(Score.NO_ANSWER, score.predictions()[4]);
    assertEquals(4, score.correct());
    assertEquals(6, score.agreeing());
  }

  /** Image 5 is refused while 2 to 4 are in flight: their answers must not be taken for others'. */
  @Test
  void shouldGiveAnswersToTheirImagesWhenALaterInputIsRefused() {
    IllegalArgumentException refused = new IllegalArgumentException("input is too large");
    PrivateRun.Outcome outcome =
        run(
            new Failing(-1, -1),
            i -> {
              if (i == 5) {
                throw refused;
              }
              return new float[] {i};
            });

    assertSame(refused, outcome.failure().orElseThrow());
    assertEquals(List.of(0, 1, 2, 3, 4), told);
    for (int i = 0; i < 8; i++) {
      assertArrayEquals(i < 5 ? new float[] {i, 0} : null, outcome.logits()[i]);
    }
  }

  @Test
  void shouldFailWithItsCauseWhenNothingWasAnswered() {
    Failing service = new Failing(0, Integer.MAX_VALUE);

    assertSame(service.failure, assertThrows(RuntimeException.class, () -> run(service)));
  }

  private static RunSettings warm(
      int warmUpCount, int batch, int latencyCount, Duration latencyTime) {
    return new RunSettings(
        warmUpCount, ONE_DAY, latencyCount, latencyTime, 1, 3, batch, Duration.ofSeconds(5));
  }

  private static RunSettings settings(int latencyCount, Duration latencyTime) {
    return new RunSettings(
        0, Duration.ZERO, latencyCount, latencyTime, 1, 3, 1, Duration.ofSeconds(5));
  }

  private PrivateRun.Outcome run(int count, RunSettings settings) {
    return new PrivateRun(
            new Failing(-1, -1),
            i -> new float[] {i},
            count,
            settings,
            (image, logits) -> told.add(image))
        .run();
  }

  private PrivateRun.Outcome run(Failing service) {
    return run(service, i -> new float[] {i});
  }

  private PrivateRun.Outcome run(Failing service, IntFunction<float[]> inputs) {
    return new PrivateRun(service, inputs, 8, SETTINGS, (image, logits) -> told.add(image)).run();
  }

  /** Echoes the input; one image fails, and those from another on are never answered. */
  private static final class Failing implements InferenceService {
    private final int failing;
    private final int silentFrom;
    private final RuntimeException failure = new IllegalStateException("party 1 is gone");

    Failing(int failing, int silentFrom) {
      this.failing = failing;
      this.silentFrom = silentFrom < 0 ? Integer.MAX_VALUE : silentFrom;
    }

    @Override
    public CompletionStage<InferenceResult> infer(float[] input) {
      if (input[0] == failing) {
        return CompletableFuture.failedFuture(failure);
      }
      return input[0] >= silentFrom
          ? new CompletableFuture<>()
          : CompletableFuture.completedFuture(
              new InferenceResult(new float[] {input[0], 0}, new int[2], 1_000));
    }

    @Override
    public CompletionStage<InferenceResult> infer(float[] input, Duration timeout) {
      return infer(input);
    }

    @Override
    public List<CompletionStage<InferenceResult>> infer(List<float[]> batch) {
      return batch.stream().map(this::infer).toList();
    }

    @Override
    public List<CompletionStage<InferenceResult>> infer(List<float[]> batch, Duration timeout) {
      return infer(batch);
    }

    @Override
    public CompletionStage<String> failure() {
      return new CompletableFuture<>();
    }

    @Override
    public CompletionStage<Void> ready(int inferenceCount, Duration timeout) {
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public ServiceStatistics statistics() {
      return new ServiceStatistics(List.of(), new ClientTraffic(0, 0));
    }

    @Override
    public void close() {}
  }
}
