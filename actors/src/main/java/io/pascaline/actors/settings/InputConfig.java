// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.settings;

import java.util.List;
import java.util.Set;

/**
 * The settings of a model's inputs and classes.
 *
 * @param mean subtracted from samples in [0, 1]: one number, or one for each channel, as text
 * @param std then divides the samples: one number, or one for each channel, as text
 * @param labels the classes in order, or none
 */
public record InputConfig(List<String> mean, List<String> std, List<String> labels) {
  /** Its keys. */
  public static final Set<String> KEYS = Set.of("input.mean", "input.std", "labels");

  /** Reads from a file that was read with {@link #KEYS}. */
  public static InputConfig read(StrictConfig config) {
    return new InputConfig(
        config.numbers("input.mean", "0"),
        config.numbers("input.std", "1"),
        config.texts("labels"));
  }
}
