package io.pascaline.training.loop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.training.data.IdxImages;
import io.pascaline.training.data.Normalisation;
import io.pascaline.training.data.SyntheticImages;
import io.pascaline.training.loss.PenaltySchedule;
import io.pascaline.training.model.NetworkSettings;
import io.pascaline.training.model.NetworkWeights;
import io.pascaline.training.model.PolynomialActivation;
import io.pascaline.training.model.StageSettings;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class TrainingSessionTest {
  private static final NetworkSettings TINY =
      new NetworkSettings(
          1,
          8,
          List.of(
              new StageSettings("first", 4, 3, 1, false, 2),
              new StageSettings("second", 4, 3, 1, true, 1)),
          4,
          PolynomialActivation.PILLAR_RELU);
  private static final IdxImages IMAGES = SyntheticImages.bands(192, 8, 4, 21);

  @Test
  void shouldLearnAndComeIntoRange() {
    // A bound of 1, so that fresh activation inputs (of variance 1) are well out of range.
    try (TrainingSession session = session(0.02f, new PenaltySchedule(1, 1), 6, 5)) {
      EvaluationReport fresh = session.evaluate(IMAGES);
      EpochReport first = session.train(IMAGES, 0);
      EpochReport last = first;
      for (int epoch = 1; epoch < 6; epoch++) {
        last = session.train(IMAGES, epoch);
      }
      EvaluationReport trained = session.evaluate(IMAGES);

      assertTrue(last.taskLoss() < first.taskLoss(), first + " then " + last);
      assertTrue(last.penalty() < first.penalty(), first + " then " + last);
      assertTrue(trained.accuracy() > fresh.accuracy(), fresh + " then " + trained);
      assertEquals(2, trained.largestInputs().length);
    }
  }

  @Test
  void shouldRepeatItselfForASeed() {
    float[] once = trainedKernel(5);

    assertArrayEquals(once, trainedKernel(5), 0f);
    assertFalse(Arrays.equals(once, trainedKernel(6)));
  }

  @Test
  void shouldNameTheLayerWhenItDiverges() {
    try (TrainingSession session = session(1e30f, new PenaltySchedule(4.8, 1), 4, 5)) {
      DivergenceException thrown =
          assertThrows(
              DivergenceException.class,
              () -> {
                for (int epoch = 0; epoch < 4; epoch++) {
                  session.train(IMAGES, epoch);
                }
              });
      assertTrue(
          thrown
              .getMessage()
              .matches("diverged in epoch \\d+, step \\d+, at the .*(first|second|logits).*"),
          thrown.getMessage());
    }
  }

  @Test
  void shouldRefuseFewerImagesThanABatch() {
    assertThrows(
        IllegalArgumentException.class,
        () ->
            new TrainingSession(
                TINY,
                settings(0.1f, new PenaltySchedule(4.8, 1), 1, 1),
                Normalisation.FASHION_MNIST,
                31));
  }

  private static float[] trainedKernel(int seed) {
    try (TrainingSession session = session(0.05f, new PenaltySchedule(4.8, 1), 2, seed)) {
      session.train(IMAGES, 0);
      System.gc(); // nothing may depend on when the collector runs
      session.train(IMAGES, 1);
      NetworkWeights weights = session.weights();
      return weights.stages().get(1).kernel();
    }
  }

  private static TrainingSession session(
      float learningRate, PenaltySchedule penalty, int epochs, int seed) {
    return new TrainingSession(
        TINY,
        settings(learningRate, penalty, epochs, seed),
        Normalisation.FASHION_MNIST,
        IMAGES.count());
  }

  private static TrainingSettings settings(
      float learningRate, PenaltySchedule penalty, int epochs, int seed) {
    return new TrainingSettings(epochs, 32, learningRate, 0.9f, 1e-4f, 0.1, 0, penalty, seed);
  }
}
