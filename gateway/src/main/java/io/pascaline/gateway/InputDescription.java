// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.List;

/**
 * What a model's owner says of its inputs and classes, for clients. Immutable.
 *
 * @param mean subtracted from samples in [0, 1], as text: one number, or one for each channel
 * @param std divisor of the samples after that, likewise
 * @param labels the classes in order, or none
 */
public record InputDescription(List<String> mean, List<String> std, List<String> labels) {
  /** Samples as they are, and classes without names. */
  public static final InputDescription NONE =
      new InputDescription(List.of("0"), List.of("1"), List.of());

  /** Copies the lists. */
  public InputDescription {
    mean = List.copyOf(mean);
    std = List.copyOf(std);
    labels = List.copyOf(labels);
  }
}
