// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.graph.AffineNode;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.training.augment.Augmentation;
import io.pascaline.training.data.SyntheticImages;
import io.pascaline.training.loop.OptimiserSettings;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.loss.Distillation;
import io.pascaline.training.loss.PenaltySchedule;
import io.pascaline.training.network.ActivationFamily;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class TrainingTest {
  private static final ImageSet IMAGES = SyntheticImages.bands(224, TinyNetwork.SIZE, 4, 21);
  private static final PenaltySchedule PENALTY = new PenaltySchedule(4.8, 1);

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0}")
  @ValueSource(strings = {"relu", "poly4", "trig2"})
  void shouldLearnWithEveryActivation(String family) throws IOException {
    List<EpochReport> epochs = new ArrayList<>();
    TrainingOutcome outcome =
        Training.run(request(family, recipe(6, 0.05f, PENALTY, 5)), recorder(epochs));

    assertEquals(6, epochs.size());
    assertTrue(epochs.get(5).loss() < epochs.get(0).loss(), epochs.toString());
    assertTrue(outcome.validationAccuracy().orElseThrow() > 0.5, outcome.toString());
    assertEquals(2, outcome.ranges().size());
    assertEquals(ActivationFamily.of(family).range(), outcome.ranges().get(0).bound());
    assertEquals(0, epochs.get(5).remainingMs());
  }

  @Test
  void shouldComeIntoRange() throws IOException {
    List<EpochReport> epochs = new ArrayList<>();
    // A bound of 1, so that fresh activation inputs (of variance 1) are well out of range.
    Training.run(
        request("poly4", recipe(6, 0.02f, new PenaltySchedule(1, 1), 5)), recorder(epochs));

    assertTrue(epochs.get(5).penalty() < epochs.get(0).penalty(), epochs.toString());
  }

  @Test
  void shouldRepeatItselfForASeed() throws IOException {
    float[] once = weights(Training.run(request("poly4", mixed(2, 5)), TrainingListener.SILENT));
    Files.delete(folder.resolve("training.checkpoint"));
    System.gc(); // nothing may depend on when the collector runs
    float[] again = weights(Training.run(request("poly4", mixed(2, 5)), TrainingListener.SILENT));
    Files.delete(folder.resolve("training.checkpoint"));

    assertArrayEquals(once, again, 0f);
    assertFalse(
        Arrays.equals(
            once, weights(Training.run(request("poly4", mixed(2, 6)), TrainingListener.SILENT))));
  }

  @ParameterizedTest(name = "abandoned after {0} steps")
  @ValueSource(ints = {1, 2, 3, 6, 7, 8, 13})
  void shouldComeToTheSameWeightsAfterAnInterruption(int steps) throws IOException {
    TrainingRequest whole = request("poly4", mixed(3, 5));
    float[] expected = weights(Training.run(whole, TrainingListener.SILENT));

    TrainingRequest interrupted = request("poly4", mixed(3, 5), folder.resolve("interrupted"));
    try (TrainingRun run = new TrainingRun(interrupted, TrainingListener.SILENT)) {
      for (int step = 0; step < steps; step++) {
        run.step();
      }
    }
    System.gc();
    int[] resumed = new int[1];
    TrainingOutcome outcome =
        Training.run(
            interrupted,
            new TrainingListener() {
              @Override
              public void onResume(Path checkpoint, int epoch, int step) {
                resumed[0]++;
              }
            });

    assertEquals(steps < 2 ? 0 : 1, resumed[0]);
    assertArrayEquals(expected, weights(outcome), 0f);
  }

  @Test
  void shouldRefuseAnotherRunsCheckpoint() throws IOException {
    Training.run(request("poly4", recipe(1, 0.05f, PENALTY, 5)), TrainingListener.SILENT);

    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                Training.run(
                    request("poly4", recipe(1, 0.05f, PENALTY, 6)), TrainingListener.SILENT));
    assertTrue(thrown.getMessage().contains("is of another run"), thrown.getMessage());
  }

  @Test
  void shouldAnnealATrainedNetwork() throws IOException {
    TrainingOutcome relu =
        Training.run(
            request("relu", recipe(6, 0.05f, PenaltySchedule.NONE, 5)), TrainingListener.SILENT);
    Recipe recipe =
        recipe(4, 0.02f, PENALTY.withStart(PenaltySchedule.Start.EVERYTHING), 5).toBuilder()
            .distillation(new Distillation(Distillation.Measure.DIVERGENCE, 0.5, 2))
            .annealingEpochs(2)
            .build();
    List<EpochReport> epochs = new ArrayList<>();
    TrainingRequest request =
        new TrainingRequest(
            relu.network(),
            true,
            ActivationFamily.of("poly4"),
            IMAGES,
            Optional.empty(),
            recipe,
            Optional.of(relu.network()),
            folder.resolve("annealed"),
            0);

    TrainingOutcome annealed = Training.run(request, recorder(epochs));

    double before = relu.validationAccuracy().orElseThrow();
    double after = annealed.validationAccuracy().orElseThrow();
    // Fresh networks know nothing after one epoch: this one goes on from what ReLU learnt.
    assertTrue(epochs.get(0).trainingAccuracy() > 0.5, epochs.get(0).toString());
    assertTrue(after >= before - 0.25, before + " then " + after);
  }

  @Test
  void shouldNameTheLayerWhenItDiverges() {
    DivergenceException thrown =
        assertThrows(
            DivergenceException.class,
            () ->
                Training.run(
                    request("poly4", recipe(4, 1e30f, PENALTY, 5)), TrainingListener.SILENT));
    assertTrue(
        thrown.getMessage().matches("diverged in epoch \\d+, step \\d+: .+ reached .+; raise .+"),
        thrown.getMessage());
    assertTrue(
        List.of("the input of first", "the input of second", "the logits").contains(thrown.layer()),
        thrown.layer());
  }

  @Test
  void shouldWarnOfInputsThatEscape() throws IOException {
    List<EscapeWarning> warnings = new ArrayList<>();
    Recipe recipe = recipe(4, 3f, new PenaltySchedule(4.8, 1e-12), 5);
    try {
      Training.run(
          request("poly4", recipe),
          new TrainingListener() {
            @Override
            public void onWarning(EscapeWarning warning) {
              warnings.add(warning);
            }
          });
    } catch (DivergenceException e) {
      // Inputs that escape may well end so; the warning must have come before.
    }
    assertFalse(warnings.isEmpty());
    assertTrue(
        warnings.get(0).toString().matches("epoch \\d+, step \\d+: inputs of .+ reach .+; raise.+"),
        warnings.get(0).toString());
  }

  @Test
  void shouldRefuseImagesOfAnotherShape() {
    ImageSet larger = SyntheticImages.bands(64, 9, 4, 1);

    IllegalArgumentException thrown =
        assertThrows(
            IllegalArgumentException.class,
            () ->
                TrainingRequest.fresh(
                    TinyNetwork.graph(1),
                    ActivationFamily.of("relu"),
                    larger,
                    Optional.empty(),
                    recipe(1, 0.1f, PENALTY, 1),
                    folder));
    assertTrue(thrown.getMessage().contains("[1x8x8]"), thrown.getMessage());
  }

  private TrainingRequest request(String family, Recipe recipe) {
    return request(family, recipe, folder);
  }

  private static TrainingRequest request(String family, Recipe recipe, Path checkpoints) {
    return new TrainingRequest(
        TinyNetwork.graph(3),
        false,
        ActivationFamily.of(family),
        IMAGES,
        Optional.empty(),
        recipe,
        Optional.empty(),
        checkpoints,
        2);
  }

  private static Recipe recipe(int epochs, float rate, PenaltySchedule penalty, long seed) {
    OptimiserSettings optimiser =
        new OptimiserSettings(
            rate, OptimiserSettings.Schedule.COSINE, 0.5, 0.9f, true, 1e-4f, 50, 0.9);
    return Recipe.builder(epochs, optimiser, seed)
        .batchSize(32)
        .penalty(penalty)
        .heldOut(32)
        .build();
  }

  /** Everything that draws random numbers, and the momentum and average that a state must hold. */
  private static Recipe mixed(int epochs, long seed) {
    return recipe(epochs, 0.05f, PENALTY, seed).toBuilder()
        .augmentation(Augmentation.cropAndMirror(1).withMixing(0.4, 1, 0.7))
        .smoothing(0.1)
        .build();
  }

  private static TrainingListener recorder(List<EpochReport> epochs) {
    return new TrainingListener() {
      @Override
      public void onEpoch(EpochReport report) {
        epochs.add(report);
      }
    };
  }

  private static float[] weights(TrainingOutcome outcome) {
    NetworkGraph network = outcome.network();
    List<float[]> parts = new ArrayList<>();
    for (GraphNode node : network.nodes()) {
      if (node instanceof LinearNode linear) {
        parts.add(linear.weights());
      } else if (node instanceof AffineNode affine) {
        parts.add(affine.scalePerChannel());
        parts.add(affine.shiftPerChannel());
      }
    }
    float[] all = new float[parts.stream().mapToInt(part -> part.length).sum()];
    int next = 0;
    for (float[] part : parts) {
      System.arraycopy(part, 0, all, next, part.length);
      next += part.length;
    }
    return all;
  }
}
