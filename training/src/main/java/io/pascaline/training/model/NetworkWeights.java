package io.pascaline.training.model;

import java.util.List;

/**
 * A network's weights, free of the training framework.
 *
 * @param settings the architecture
 * @param stages one per stage
 * @param logitsKernel [classes, features], row-major
 * @param logitsBias one per class
 */
public record NetworkWeights(
    NetworkSettings settings, List<StageWeights> stages, float[] logitsKernel, float[] logitsBias) {

  /** Checks that the arrays have the sizes the architecture asks for and hold finite numbers. */
  public NetworkWeights {
    stages = List.copyOf(stages);
    if (stages.size() != settings.stages().size()) {
      throw new IllegalArgumentException(
          stages.size() + " stage weights for " + settings.stages().size() + " stages");
    }
    for (int i = 0; i < stages.size(); i++) {
      StageSettings stage = settings.stages().get(i);
      int kernelSize =
          stage.channels() * settings.inputChannels(i) * stage.kernel() * stage.kernel();
      check(stage.name() + " kernel", stages.get(i).kernel(), kernelSize);
      check(stage.name() + " bias", stages.get(i).bias(), stage.channels());
    }
    int classCount = settings.classCount();
    check("logits kernel", logitsKernel, classCount * settings.featureCount());
    check("logits bias", logitsBias, classCount);
  }

  private static void check(String name, float[] array, int length) {
    if (array.length != length) {
      throw new IllegalArgumentException(name + " has " + array.length + " values, not " + length);
    }
    for (float value : array) {
      if (!Float.isFinite(value)) {
        throw new IllegalArgumentException(name + " holds " + value);
      }
    }
  }
}
