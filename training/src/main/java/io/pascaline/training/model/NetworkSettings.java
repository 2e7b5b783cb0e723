package io.pascaline.training.model;

import java.util.List;

/**
 * Architecture of a network with polynomial activations: stages, then one matrix product from all
 * of the last stage's output to the logits. A last stage that pools its whole image makes this the
 * usual global average.
 *
 * @param inputChannels channels of the input image
 * @param inputSize its height and width
 * @param stages at least one
 * @param classCount number of logits
 * @param activation the activation of every stage
 */
public record NetworkSettings(
    int inputChannels,
    int inputSize,
    List<StageSettings> stages,
    int classCount,
    PolynomialActivation activation) {

  /** Checks that each stage fits the one before it. */
  public NetworkSettings {
    stages = List.copyOf(stages);
    if (inputChannels < 1 || inputSize < 1 || classCount < 2 || stages.isEmpty()) {
      throw new IllegalArgumentException(
          "inputChannels "
              + inputChannels
              + ", inputSize "
              + inputSize
              + ", classCount "
              + classCount
              + ", "
              + stages.size()
              + " stages");
    }
    int channels = inputChannels;
    int size = inputSize;
    for (StageSettings stage : stages) {
      if (stage.residual() && stage.channels() != channels) {
        throw new IllegalArgumentException(
            stage.name() + ": residual from " + channels + " to " + stage.channels() + " channels");
      }
      size = stage.convolvedSize(size);
      if (size < 1 || size % stage.pool() != 0) {
        throw new IllegalArgumentException(
            stage.name() + ": pool " + stage.pool() + " does not divide the size " + size);
      }
      size /= stage.pool();
      channels = stage.channels();
    }
  }

  /**
   * The bundled network for 28x28 grey images: four convolutions and one matrix product, 3.7
   * million multiply-adds. Its first convolution has stride 2, because an activation's
   * communication grows with its elements: 18,816 of them in all.
   */
  public static NetworkSettings fashion() {
    return new NetworkSettings(
        1,
        28,
        List.of(
            new StageSettings("stem", 16, 5, 2, false, 1),
            new StageSettings("widen", 32, 3, 1, false, 1),
            new StageSettings("residual", 32, 3, 1, true, 2),
            new StageSettings("deepen", 64, 3, 1, false, 1)),
        10,
        PolynomialActivation.PILLAR_RELU);
  }

  /** Height and width of the last stage's output. */
  public int finalSize() {
    int size = inputSize;
    for (StageSettings stage : stages) {
      size = stage.convolvedSize(size) / stage.pool();
    }
    return size;
  }

  /** Elements of the last stage's output, which the matrix product takes. */
  public int featureCount() {
    return stages.get(stages.size() - 1).channels() * finalSize() * finalSize();
  }

  /** Input channels of the given stage. */
  public int inputChannels(int stage) {
    return stage == 0 ? inputChannels : stages.get(stage - 1).channels();
  }

  /** Multiplications of all convolutions and the matrix product for one image. */
  public long multiplyAdds() {
    long sum = (long) featureCount() * classCount;
    int size = inputSize;
    for (int i = 0; i < stages.size(); i++) {
      StageSettings stage = stages.get(i);
      int convolved = stage.convolvedSize(size);
      long perPixel = (long) inputChannels(i) * stage.channels() * stage.kernel() * stage.kernel();
      sum += perPixel * convolved * convolved;
      size = convolved / stage.pool();
    }
    return sum;
  }

  /** Activations of one image, over all stages. */
  public long activationCount() {
    long sum = 0;
    int size = inputSize;
    for (StageSettings stage : stages) {
      int convolved = stage.convolvedSize(size);
      sum += (long) stage.channels() * convolved * convolved;
      size = convolved / stage.pool();
    }
    return sum;
  }
}
