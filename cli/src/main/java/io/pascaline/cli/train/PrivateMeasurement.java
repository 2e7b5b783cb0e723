// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.api.InferenceService;
import io.pascaline.cli.options.LoadedModel;
import io.pascaline.cli.options.RunSettings;
import io.pascaline.cli.output.ProgressLine;
import io.pascaline.cli.run.ClosedAtExit;
import io.pascaline.cli.run.PrivateRun;
import io.pascaline.cli.run.Score;
import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.PlanCosts;
import io.pascaline.training.data.ChannelNormalisation;
import java.time.Duration;
import java.util.function.IntFunction;

/**
 * An exported network on test images, once in plaintext and once through dealer, two parties and
 * client in this process.
 *
 * @param score the two compared with each other and with the labels
 * @param plainEngine what ran it in plaintext
 * @param costs of one private inference
 * @param throughputPerSecond private images per second, dealing included
 */
record PrivateMeasurement(
    Score score, String plainEngine, PlanCosts costs, double throughputPerSecond) {
  private static final int LATENCY_IMAGES = 10;
  private static final int WARM_UP = 5;
  private static final int IN_FLIGHT = 4;
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  /**
   * Runs the network.
   *
   * @param model the exported file, read back
   * @param network the same, compiled
   * @param normalisation of the images
   * @param test the images, all of which are run
   * @param quiet whether to show no progress
   */
  static PrivateMeasurement of(
      LoadedModel model,
      FusedNetwork network,
      ChannelNormalisation normalisation,
      ImageSet test,
      boolean quiet) {
    IntFunction<float[]> inputs = inputs(test, normalisation);
    int[] labels = labels(test);
    PlainAnswers plain = PlainAnswers.of(model, inputs, labels.length);
    RunSettings settings =
        new RunSettings(
            WARM_UP,
            RunSettings.WARM_UP_TIME,
            LATENCY_IMAGES,
            RunSettings.UNLIMITED,
            2 * IN_FLIGHT,
            IN_FLIGHT,
            1,
            TIMEOUT);
    PrivateRun.Outcome outcome;
    EmbeddedInference service = EmbeddedInference.start(network, embedded(settings));
    try (ClosedAtExit<InferenceService> running = ClosedAtExit.of(service, () -> {});
        ProgressLine progress = ProgressLine.show("private run", labels.length, quiet)) {
      outcome =
          new PrivateRun(
                  running.service(),
                  inputs,
                  labels.length,
                  settings.within(service.precomputedCorrelations()),
                  (image, logits) -> progress.onImage())
              .run();
    }
    outcome
        .failure()
        .ifPresent(
            failure -> {
              throw failure;
            });
    return new PrivateMeasurement(
        Score.of(outcome.logits(), plain.logits(), labels),
        plain.engine(),
        network.plan().costs(),
        outcome.throughputPerSecond());
  }

  /** Returns the classes of all images. */
  static int[] labels(ImageSet images) {
    int[] labels = new int[images.count()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = images.label(i);
    }
    return labels;
  }

  /** Normalised images by index. */
  static IntFunction<float[]> inputs(ImageSet images, ChannelNormalisation normalisation) {
    return index -> {
      byte[] samples = new byte[images.sampleCount()];
      images.pixels(index, samples);
      float[] input = new float[samples.length];
      normalisation.apply(samples, input, 0);
      return input;
    };
  }

  private static EmbeddedSettings embedded(RunSettings settings) {
    int usual = EmbeddedSettings.defaults().runtime().maxSessions();
    return EmbeddedSettings.builder()
        .precomputedCorrelations(settings.precomputedCorrelations())
        .maxSessions(Math.max(usual, settings.inFlight()))
        .requestTimeout(settings.timeout())
        .build();
  }
}
