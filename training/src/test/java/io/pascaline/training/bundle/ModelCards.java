package io.pascaline.training.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What model cards state. */
final class ModelCards {
  private static final Pattern ACCURACY =
      Pattern.compile("test images in clear, all 10000: ([0-9.]+) %");

  private ModelCards() {}

  /** The accuracy on all test images, from 0 to 1. */
  static double accuracy(final Path card) throws IOException {
    final Matcher stated = ACCURACY.matcher(Files.readString(card));
    if (!stated.find()) {
      throw new AssertionError(card + " states no accuracy");
    }
    return Double.parseDouble(stated.group(1)) / 100;
  }
}
