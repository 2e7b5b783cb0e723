package io.pascaline.training.loop;

import io.pascaline.training.loss.PenaltySchedule;

/**
 * How a network is trained.
 *
 * @param epochs passes over the training images
 * @param batchSize images per step
 * @param peakLearningRate highest rate, reached after the linear warm-up
 * @param momentum of the stochastic gradient descent
 * @param weightDecay factor of every weight in its own gradient
 * @param smoothing of the labels, see {@code SmoothedCrossEntropy}
 * @param maxShift pixels by which an image is moved at most
 * @param penalty of activation inputs out of range
 * @param seed of the initial weights, the order of the images and their augmentation
 */
public record TrainingSettings(
    int epochs,
    int batchSize,
    float peakLearningRate,
    float momentum,
    float weightDecay,
    double smoothing,
    int maxShift,
    PenaltySchedule penalty,
    int seed) {

  /** Checks the values that no other class checks. */
  public TrainingSettings {
    if (epochs < 1 || batchSize < 2) {
      throw new IllegalArgumentException("epochs " + epochs + ", batchSize " + batchSize);
    }
    if (!(peakLearningRate > 0) || !(momentum >= 0 && momentum < 1) || !(weightDecay >= 0)) {
      throw new IllegalArgumentException(
          "peakLearningRate "
              + peakLearningRate
              + ", momentum "
              + momentum
              + ", weightDecay "
              + weightDecay);
    }
  }

  /** The settings behind the bundled network, but for the number of epochs and the seed. */
  public static TrainingSettings fashion(int epochs, int seed) {
    return new TrainingSettings(
        epochs, 64, 0.03f, 0.9f, 5e-4f, 0, 1, new PenaltySchedule(4.8, 5), seed);
  }
}
