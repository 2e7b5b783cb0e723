// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.gateway.InputDescription;
import io.pascaline.images.InputSize;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.List;

/**
 * What a model takes, and what its owner says of its inputs and classes.
 *
 * @param model how to call it in faults
 * @param dims its input without the batch
 * @param mean of pixels, where the user gives none
 * @param deviation likewise
 * @param classLabels its classes in order, or empty
 */
public record ModelInput(
    String model, int[] dims, String mean, String deviation, List<String> classLabels) {
  /** Returns what a model of a plan takes, as its owner says. */
  public static ModelInput of(NetworkPlan plan, InputDescription said) {
    return new ModelInput(
        plan.name(),
        plan.inputShape().dims(),
        String.join(",", said.mean()),
        String.join(",", said.std()),
        said.labels());
  }

  /**
   * Returns the image that the model takes.
   *
   * @throws io.pascaline.images.DataFault if it takes no image
   */
  public InputSize imageSize() {
    return InputSize.of(dims);
  }

  /**
   * Returns the same with the user's own normalisation.
   *
   * @param meanOrNull null to keep it
   * @param deviationOrNull null to keep it
   */
  public ModelInput normalised(String meanOrNull, String deviationOrNull) {
    return new ModelInput(
        model,
        dims,
        meanOrNull == null ? mean : meanOrNull,
        deviationOrNull == null ? deviation : deviationOrNull,
        classLabels);
  }

  /** Returns whether the model takes an image. */
  public boolean isImage() {
    return InputSize.isImage(dims);
  }

  /** Returns the number of elements of an input. */
  public int elementCount() {
    int count = 1;
    for (int dim : dims) {
      count = Math.multiplyExact(count, dim);
    }
    return count;
  }
}
