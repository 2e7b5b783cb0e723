package io.pascaline.training.model;

/**
 * One stage of a network: convolution, batch normalisation, polynomial activation and, if wanted,
 * average pooling. The convolution is padded by half its kernel, so that a stride of 1 keeps the
 * image's size.
 *
 * @param name appears in progress lines, in errors and as the prefix of the ONNX node names
 * @param channels output channels
 * @param kernel kernel height and width, odd
 * @param stride of the convolution
 * @param residual whether the stage's input is added before the activation; needs a stride of 1 and
 *     as many input as output channels
 * @param pool window and stride of the average pooling after the activation; 1 for none
 */
public record StageSettings(
    String name, int channels, int kernel, int stride, boolean residual, int pool) {

  /** Checks each value; the fit to the stage before is checked by {@link NetworkSettings}. */
  public StageSettings {
    if (name.isBlank()) {
      throw new IllegalArgumentException("name is blank");
    }
    if (channels < 1 || stride < 1 || pool < 1) {
      throw new IllegalArgumentException(
          name + ": channels " + channels + ", stride " + stride + ", pool " + pool);
    }
    if (kernel < 1 || kernel % 2 == 0) {
      throw new IllegalArgumentException(name + ": kernel " + kernel + " is not odd");
    }
    if (residual && stride != 1) {
      throw new IllegalArgumentException(name + ": a residual stage has stride 1");
    }
  }

  /** Rows (or columns) of padding on each side. */
  public int padding() {
    return kernel / 2;
  }

  /** Height (or width) after the convolution, for an input of this height (or width). */
  public int convolvedSize(int inputSize) {
    return (inputSize + 2 * padding() - kernel) / stride + 1;
  }
}
