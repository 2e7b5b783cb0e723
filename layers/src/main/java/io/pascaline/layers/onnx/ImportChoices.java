// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.onnx;

import java.util.Arrays;

/**
 * The user's choices where a file is not specific: the shape of the input, and which of several
 * outputs is the result. Immutable as long as the array is not changed.
 *
 * @param inputDimsOrNull the input's dimensions, with or without the batch; null for those of the
 *     file
 * @param inputNameOrNull the input with these dimensions; null for the only one
 * @param outputNameOrNull the output that is the result; null for the only one
 */
public record ImportChoices(
    int[] inputDimsOrNull, String inputNameOrNull, String outputNameOrNull) {
  /** Everything as in the file. */
  public static final ImportChoices NONE = new ImportChoices(null, null, null);

  /**
   * Checks the dimensions.
   *
   * @throws IllegalArgumentException if there are no or too many, or one is not positive
   */
  public ImportChoices {
    if (inputDimsOrNull != null && (inputDimsOrNull.length == 0 || inputDimsOrNull.length > 8)) {
      throw new IllegalArgumentException(
          "inputDimsOrNull has " + inputDimsOrNull.length + " dimensions, must have 1 to 8");
    }
    for (int i = 0; inputDimsOrNull != null && i < inputDimsOrNull.length; i++) {
      if (inputDimsOrNull[i] < 1) {
        throw new IllegalArgumentException(
            "inputDimsOrNull[" + i + "] is " + inputDimsOrNull[i] + ", must be at least 1");
      }
    }
  }

  @Override
  public String toString() {
    return "ImportChoices["
        + Arrays.toString(inputDimsOrNull)
        + " of "
        + inputNameOrNull
        + ", "
        + outputNameOrNull
        + "]";
  }
}
