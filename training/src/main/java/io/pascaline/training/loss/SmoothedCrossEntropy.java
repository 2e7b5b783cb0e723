package io.pascaline.training.loss;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.pascaline.training.model.Scaling;
import java.util.Arrays;

/**
 * Mean cross-entropy of logits [N, classes] against targets of {@code 1 - smoothing} for the right
 * class and {@code smoothing} spread evenly over all. Immutable.
 *
 * @param smoothing from 0 up to, not including, 1
 */
public record SmoothedCrossEntropy(double smoothing) {

  /** Checks the value. */
  public SmoothedCrossEntropy {
    if (!(smoothing >= 0 && smoothing < 1)) {
      throw new IllegalArgumentException("smoothing " + smoothing);
    }
  }

  /**
   * The loss as a scalar through which gradients flow.
   *
   * @param manager owns the targets
   * @param labels one class index per row
   */
  public NDArray of(NDManager manager, NDArray logits, int[] labels) {
    int classCount = Math.toIntExact(logits.getShape().get(1));
    float[] targets = new float[labels.length * classCount];
    Arrays.fill(targets, (float) (smoothing / classCount));
    for (int i = 0; i < labels.length; i++) {
      targets[i * classCount + labels[i]] += (float) (1 - smoothing);
    }
    NDArray target = manager.create(targets, new Shape(labels.length, classCount));
    return Scaling.scale(logits.logSoftmax(1).mul(target).sum(), -1.0 / labels.length);
  }
}
