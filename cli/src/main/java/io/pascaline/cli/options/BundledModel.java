// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.options;

import io.pascaline.cli.output.CommandFault;
import io.pascaline.images.ImageOpener;
import io.pascaline.images.ImageSource;
import io.pascaline.images.InputSize;
import java.io.IOException;
import java.io.InputStream;

/**
 * The network and images that come with the command: a small convolutional network for
 * Fashion-MNIST with polynomial activations, 1,000 test images, and training images to calibrate
 * with.
 */
public final class BundledModel {
  /** How reports call the network. */
  public static final String NAME = "fashion (bundled)";

  /** Number of bundled test images. */
  public static final int IMAGE_COUNT = 1_000;

  /** The images that it takes. */
  public static final InputSize INPUT_SIZE = new InputSize(1, 28, 28);

  private static final String MODEL = "/io/pascaline/cli/bundled/fashion.onnx";
  private static final String IMAGES =
      "/io/pascaline/cli/bundled/fashion-1000-images-idx3-ubyte.gz";
  private static final String LABELS =
      "/io/pascaline/cli/bundled/fashion-1000-labels-idx1-ubyte.gz";
  private static final String CALIBRATION =
      "/io/pascaline/cli/bundled/calibration-images-idx3-ubyte.gz";
  private static final int MAX_MODEL_BYTES = 64 << 20;

  private BundledModel() {}

  /**
   * Returns the network as an ONNX file.
   *
   * @return the whole file
   */
  public static byte[] onnx() {
    try (InputStream in = resource(MODEL)) {
      return in.readNBytes(MAX_MODEL_BYTES);
    } catch (IOException e) {
      throw unreadable(MODEL, e);
    }
  }

  /**
   * Test images with labels.
   *
   * @param size what the network takes
   * @param limit most images to read
   * @return the first {@code limit} of them
   */
  public static ImageSource images(InputSize size, int limit) {
    return open(IMAGES, LABELS, size, limit);
  }

  /**
   * Training images that no test image is among, for the compiler to take its bounds from.
   *
   * @param size what the network takes
   * @return images without labels
   */
  public static ImageSource calibration(InputSize size) {
    return open(CALIBRATION, null, size, Integer.MAX_VALUE);
  }

  private static ImageSource open(String images, String labels, InputSize size, int limit) {
    ImageOpener opener = new ImageOpener(size, null, limit, false);
    try (InputStream imageStream = resource(images);
        InputStream labelStream = labels == null ? null : resource(labels)) {
      return opener.open(
          imageStream, labelStream, "bundled " + images.substring(images.lastIndexOf('/') + 1));
    } catch (IOException e) {
      throw unreadable(images, e);
    }
  }

  private static InputStream resource(String name) {
    InputStream in = BundledModel.class.getResourceAsStream(name);
    if (in == null) {
      throw new CommandFault(
          "this build lacks " + name, "build it again with: mvn -DskipTests -pl cli -am package");
    }
    return in;
  }

  private static CommandFault unreadable(String name, IOException e) {
    return new CommandFault(
        name + " cannot be read (" + e.getMessage() + ")",
        "build it again with: mvn -DskipTests -pl cli -am package",
        e);
  }
}
