// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.training.data.SyntheticImages;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.loss.PenaltySchedule;
import io.pascaline.training.network.ActivationFamily;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class TrainingStopTest {
  @TempDir private Path folder;

  @Test
  void shouldStopWithACheckpointAndGoOnFromItsStep() throws IOException {
    float[] whole = logits(Training.run(request("whole"), TrainingListener.SILENT));
    Stopper stopper = new Stopper(2);

    TrainingStoppedException stopped =
        assertThrows(TrainingStoppedException.class, () -> Training.run(request("part"), stopper));
    stopper.stepsLeft = Integer.MAX_VALUE;
    TrainingOutcome outcome = Training.run(request("part"), stopper);

    assertTrue(stopped.getMessage().contains("part"), stopped.getMessage());
    assertEquals(3, stopper.resumedAtStep);
    assertArrayEquals(whole, logits(outcome), 0f);
  }

  private TrainingRequest request(String name) {
    return TrainingRequest.fresh(
        TinyNetwork.graph(3),
        ActivationFamily.of("poly4"),
        SyntheticImages.bands(256, TinyNetwork.SIZE, TinyNetwork.CLASSES, 21),
        Optional.empty(),
        Recipe.grey(2, new PenaltySchedule(4.8, 1), 5),
        folder.resolve(name));
  }

  private static float[] logits(TrainingOutcome outcome) {
    for (GraphNode node : outcome.network().nodes()) {
      if (node instanceof LinearNode linear && node.name().equals("logits")) {
        return linear.weights();
      }
    }
    throw new AssertionError("no logits in " + outcome.network());
  }

  private static final class Stopper implements TrainingListener {
    private int stepsLeft;
    private int resumedAtStep;

    Stopper(int stepsLeft) {
      this.stepsLeft = stepsLeft;
    }

    @Override
    public void onStep(StepReport report) {
      stepsLeft--;
    }

    @Override
    public void onResume(Path checkpoint, int epoch, int step) {
      resumedAtStep = step;
    }

    @Override
    public boolean isStopRequested() {
      return stepsLeft <= 0;
    }
  }
}
