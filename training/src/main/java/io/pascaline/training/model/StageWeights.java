package io.pascaline.training.model;

/**
 * Weights of one stage as a plain convolution with bias.
 *
 * @param kernel [channels, inputChannels, kernel, kernel], row-major
 * @param bias one per output channel
 */
public record StageWeights(float[] kernel, float[] bias) {

  /**
   * Folds a batch normalisation into the convolution before it: with {@code s = gamma /
   * sqrt(variance + epsilon)} the kernel is multiplied by s and the bias is {@code beta - mean s}.
   * The arithmetic is in double precision and rounded once.
   */
  static StageWeights folded(
      float[] kernel, float[] gamma, float[] beta, float[] mean, float[] variance, float epsilon) {
    int channels = gamma.length;
    int perChannel = kernel.length / channels;
    float[] foldedKernel = new float[kernel.length];
    float[] bias = new float[channels];
    for (int channel = 0; channel < channels; channel++) {
      double scale = gamma[channel] / Math.sqrt((double) variance[channel] + epsilon);
      for (int i = channel * perChannel; i < (channel + 1) * perChannel; i++) {
        foldedKernel[i] = (float) (kernel[i] * scale);
      }
      bias[channel] = (float) (beta[channel] - mean[channel] * scale);
    }
    return new StageWeights(foldedKernel, bias);
  }
}
