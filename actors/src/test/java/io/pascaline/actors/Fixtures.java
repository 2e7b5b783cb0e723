// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors;

import static org.junit.jupiter.api.Assertions.assertNull;

import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.testsupport.RightAnswers;
import io.pascaline.testsupport.SmallNetworks;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A small residual network with random weights, images for it, and what every service must answer.
 */
public final class Fixtures {
  private static final int SIDE = 6;
  private static final int CALIBRATION_IMAGES = 32;
  public static final Shape INPUT = SmallNetworks.inputShape(SIDE);

  private Fixtures() {}

  /** conv, act, conv joined with its input, act, pool, fully connected: 5 layers with messages. */
  public static FusedNetwork residual(long seed) {
    return residual(seed, 4);
  }

  /** Returns the same with another number of hidden channels, and so with another plan. */
  public static FusedNetwork residual(long seed, int channels) {
    SplittableRandom random = new SplittableRandom(seed);
    return SmallNetworks.residual(random, channels, SIDE, () -> images(random));
  }

  /** Nothing but a pool: no layer of it has a protocol. */
  public static FusedNetwork pooling(long seed) {
    return SmallNetworks.pooling(SIDE, () -> images(new SplittableRandom(seed)));
  }

  private static List<float[]> images(SplittableRandom random) {
    return Stream.generate(() -> image(random)).limit(CALIBRATION_IMAGES).toList();
  }

  /** Returns a random image. */
  public static float[] image(SplittableRandom random) {
    return SmallNetworks.image(INPUT.elementCount(), random);
  }

  /** Waits for a stage, at most a minute. */
  public static <T> T await(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  /** Logits equal the integer semantics up to the bound derived for that very input. */
  public static void assertAnswer(
      FusedNetwork network, float[] input, InferenceResult result, long seed) {
    assertNull(new RightAnswers(network).faultOf(input, result.logitWords()), () -> "seed " + seed);
  }

  /** Many inferences at once, each with its own answer. */
  public static void assertPipelined(
      FusedNetwork network, InferenceService service, int inferenceCount, long seed)
      throws Exception {
    SplittableRandom random = new SplittableRandom(seed);
    float[][] images = new float[inferenceCount][];
    @SuppressWarnings({"unchecked", "rawtypes"})
    CompletionStage<InferenceResult>[] results = new CompletionStage[inferenceCount];
    for (int i = 0; i < inferenceCount; i++) {
      images[i] = image(random);
      results[i] = service.infer(images[i]);
    }
    for (int i = 0; i < inferenceCount; i++) {
      assertAnswer(network, images[i], await(results[i]), seed);
    }
  }

  /** Asks again, within a minute, until the service answers; every answer must be right. */
  public static void assertAnswersEventually(
      FusedNetwork network, InferenceService service, long seed) throws Exception {
    float[] image = image(new SplittableRandom(seed));
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      try {
        assertAnswer(network, image, await(service.infer(image)), seed);
        return;
      } catch (ExecutionException failed) {
        if (System.nanoTime() > deadlineNs) {
          throw failed;
        }
      }
    }
  }
}
