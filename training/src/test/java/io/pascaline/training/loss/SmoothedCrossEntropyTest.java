package io.pascaline.training.loss;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SmoothedCrossEntropyTest {
  private static final int ROWS = 9;
  private static final int CLASSES = 4;

  @ParameterizedTest(name = "smoothing {0}")
  @ValueSource(doubles = {0, 0.1, 0.5})
  void shouldEqualTheFormula(double smoothing) {
    SplittableRandom random = new SplittableRandom(3);
    float[] logits = new float[ROWS * CLASSES];
    int[] labels = new int[ROWS];
    double expected = 0;
    for (int row = 0; row < ROWS; row++) {
      labels[row] = random.nextInt(CLASSES);
      double sum = 0;
      for (int i = 0; i < CLASSES; i++) {
        logits[row * CLASSES + i] = (float) random.nextDouble(-3, 3);
        sum += Math.exp(logits[row * CLASSES + i]);
      }
      for (int i = 0; i < CLASSES; i++) {
        double target = smoothing / CLASSES + (i == labels[row] ? 1 - smoothing : 0);
        expected -= target * (logits[row * CLASSES + i] - Math.log(sum)) / ROWS;
      }
    }
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray array = manager.create(logits, new Shape(ROWS, CLASSES));

      float loss = new SmoothedCrossEntropy(smoothing).of(manager, array, labels).getFloat();

      // Terms of one sign and at most 10 in size, some 50 roundings.
      assertEquals(expected, loss, 10 * 50 * Math.ulp(1f));
    }
  }
}
