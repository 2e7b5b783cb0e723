package io.pascaline.training;

import io.pascaline.training.data.FashionMnist;
import java.nio.file.Path;

/**
 * What the command line asks for.
 *
 * @param data folder of the four IDX files
 * @param output folder that receives the model, the images and the model card
 * @param epochs passes over the training images
 * @param seed of everything random
 * @param images training images to use, counted from the first
 */
record TrainOptions(Path data, Path output, int epochs, int seed, int images) {
  static final String USAGE =
      """
      usage: TrainCommand --output FOLDER [--data FOLDER] [--epochs N] [--seed N] [--images N]
        --output  receives fashion.onnx, fashion.md and the image files
        --data    Fashion-MNIST as four gzipped IDX files (default %s)
        --epochs  passes over the training images (default 6)
        --seed    of the weights, the order and the augmentation (default 1)
        --images  use only the first N training images (default 60000)
      """
          .formatted(FashionMnist.DEBIAN_FOLDER);

  /**
   * Parses pairs of an option and its value.
   *
   * @throws IllegalArgumentException naming the option at fault
   */
  static TrainOptions parse(String... arguments) {
    TrainOptions options = new TrainOptions(FashionMnist.DEBIAN_FOLDER, null, 6, 1, 60_000);
    for (int i = 0; i < arguments.length; i += 2) {
      if (i + 1 == arguments.length) {
        throw new IllegalArgumentException(arguments[i] + " lacks its value");
      }
      options = options.with(arguments[i], arguments[i + 1]);
    }
    if (options.output == null) {
      throw new IllegalArgumentException("--output is missing");
    }
    return options;
  }

  private TrainOptions with(String option, String value) {
    return switch (option) {
      case "--data" -> new TrainOptions(Path.of(value), output, epochs, seed, images);
      case "--output" -> new TrainOptions(data, Path.of(value), epochs, seed, images);
      case "--epochs" -> new TrainOptions(data, output, number(option, value, 1), seed, images);
      case "--seed" -> new TrainOptions(data, output, epochs, number(option, value, 0), images);
      case "--images" -> new TrainOptions(data, output, epochs, seed, number(option, value, 1));
      default -> throw new IllegalArgumentException("unknown option " + option);
    };
  }

  private static int number(String option, String value, int least) {
    try {
      int number = Integer.parseInt(value);
      if (number >= least) {
        return number;
      }
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(option + " " + value + " is not a whole number", e);
    }
    throw new IllegalArgumentException(option + " " + value + " is less than " + least);
  }
}
