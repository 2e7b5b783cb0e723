package io.pascaline.training.loop;

/**
 * Means over one epoch's steps.
 *
 * @param taskLoss cross-entropy, without its weight
 * @param penalty range penalty, summed over the activations, without its weight
 * @param accuracy fraction of augmented training images classified rightly
 * @param durationMs wall-clock time
 */
public record EpochReport(double taskLoss, double penalty, double accuracy, long durationMs) {}
