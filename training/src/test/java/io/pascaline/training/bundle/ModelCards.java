// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What model cards state. */
final class ModelCards {
  private static final Pattern ACCURACY =
      Pattern.compile("test images in plaintext, all 10000: ([0-9.]+) %");

  private ModelCards() {}

  /** Returns the accuracy on all test images, from 0 to 1. */
  static double accuracy(Path card) throws IOException {
    Matcher stated = ACCURACY.matcher(Files.readString(card));
    if (!stated.find()) {
      throw new AssertionError(card + " states no accuracy");
    }
    return Double.parseDouble(stated.group(1)) / 100;
  }
}
