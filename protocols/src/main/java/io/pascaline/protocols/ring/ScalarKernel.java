package io.pascaline.protocols.ring;

/** Linear maps in plain Java. */
final class ScalarKernel implements LinearKernel {
  static final ScalarKernel INSTANCE = new ScalarKernel();

  private ScalarKernel() {}

  @Override
  public PackedWeights pack(LinearMap map, int[] weights) {
    requireCount("weights", weights.length, map.weightShape());
    return new Weights(map, weights.clone());
  }

  @Override
  public void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter) {
    final LinearMap map = weights.map();
    if (!(weights instanceof Weights own)) {
      throw new IllegalArgumentException("weights is " + weights + ", packed by another kernel");
    }
    requireCount("input", input.length, map.inputShape());
    requireCount("output", output.length, map.outputShape());
    if (input == output) {
      throw new IllegalArgumentException("output is the input array, of " + map.inputShape());
    }
    if (map instanceof Convolution2d convolution) {
      splitter.run(
          convolution.outputChannels(),
          channel -> convolve(convolution, own.words, input, output, channel));
    } else if (map instanceof MatrixProduct product) {
      splitter.run(product.outputCount(), row -> output[row] = dot(product, own.words, input, row));
    }
  }

  private static int dot(MatrixProduct product, int[] weights, int[] input, int row) {
    final int offset = row * product.inputCount();
    int sum = 0;
    for (int i = 0; i < input.length; i++) {
      sum += weights[offset + i] * input[i];
    }
    return sum;
  }

  private static void convolve(
      Convolution2d map, int[] weights, int[] input, int[] output, int channel) {
    final int groupInputs = map.inputChannels() / map.groups();
    final int groupOutputs = map.outputChannels() / map.groups();
    final int firstInput = channel / groupOutputs * groupInputs;
    int at = channel * map.outputHeight() * map.outputWidth();
    for (int y = 0; y < map.outputHeight(); y++) {
      for (int x = 0; x < map.outputWidth(); x++) {
        int tap = channel * groupInputs * map.kernelHeight() * map.kernelWidth();
        int sum = 0;
        for (int c = 0; c < groupInputs; c++) {
          for (int ky = 0; ky < map.kernelHeight(); ky++) {
            final int row = y * map.strideHeight() + ky * map.dilationHeight() - map.padTop();
            for (int kx = 0; kx < map.kernelWidth(); kx++, tap++) {
              final int column = x * map.strideWidth() + kx * map.dilationWidth() - map.padLeft();
              if (row >= 0 && row < map.inputHeight() && column >= 0 && column < map.inputWidth()) {
                final int plane = (firstInput + c) * map.inputHeight();
                sum += weights[tap] * input[(plane + row) * map.inputWidth() + column];
              }
            }
          }
        }
        output[at++] = sum;
      }
    }
  }

  private static void requireCount(String name, int actual, Shape shape) {
    if (actual != shape.elementCount()) {
      throw new IllegalArgumentException(
          name + " has " + actual + " words, must have " + shape.elementCount() + " for " + shape);
    }
  }

  private static final class Weights extends PackedWeights {
    private final int[] words;

    Weights(LinearMap map, int[] words) {
      super(map);
      this.words = words;
    }
  }
}
