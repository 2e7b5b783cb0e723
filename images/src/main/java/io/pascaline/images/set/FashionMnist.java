// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Fashion-MNIST: 60,000 training and 10,000 test images of clothes, 28x28 grey, 10 classes.
 *
 * <p>Source: H. Xiao, K. Rasul, R. Vollgraf, "Fashion-MNIST: a Novel Image Dataset for Benchmarking
 * Machine Learning Algorithms", arXiv:1708.07747, MIT licence.
 *
 * @param training the training images
 * @param test the test images, from which nothing may be learnt or chosen
 */
public record FashionMnist(IdxImages training, IdxImages test) {
  /** Where Debian's package {@code dataset-fashion-mnist} puts the files. */
  public static final Path DEBIAN_FOLDER = Path.of("/usr/share/datasets/fashion-mnist");

  /** Class names, by class index. */
  public static final List<String> LABELS =
      List.of(
          "T-shirt/top",
          "Trouser",
          "Pullover",
          "Dress",
          "Coat",
          "Sandal",
          "Shirt",
          "Sneaker",
          "Bag",
          "Ankle boot");

  /** Returns whether the folder holds the data set's first file. */
  public static boolean isPresentIn(Path folder) {
    return Files.isRegularFile(folder.resolve("train-images-idx3-ubyte.gz"));
  }

  /**
   * Reads the four files under their published names.
   *
   * @throws IOException naming the file at fault
   */
  public static FashionMnist read(Path folder) throws IOException {
    return new FashionMnist(read(folder, "train"), read(folder, "t10k"));
  }

  /** Reads one part alone. */
  static IdxImages read(Path folder, Split split) throws IOException {
    return read(folder, split.of("train", "t10k"));
  }

  private static IdxImages read(Path folder, String part) throws IOException {
    return IdxFiles.read(
        folder.resolve(part + "-images-idx3-ubyte.gz"),
        folder.resolve(part + "-labels-idx1-ubyte.gz"));
  }
}
