// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

import io.pascaline.images.DataFault;

/**
 * Images to learn from and images to judge by.
 *
 * @param name as the user gave it, for reports
 * @param training the images to learn from
 * @param test the images from which nothing may be learnt or chosen
 * @param testOrigin what the test images are, for instance that they were drawn from the others
 */
public record DataSet(String name, ImageSet training, ImageSet test, String testOrigin) {
  /** Checks that training and test images have the same size and classes. */
  public DataSet {
    if (training.channels() != test.channels()
        || training.height() != test.height()
        || training.width() != test.width()) {
      throw new DataFault(
          name + " has training images of " + size(training) + " and test images of " + size(test),
          "scale all to one size");
    }
    if (test.classCount() > training.classCount()) {
      throw new DataFault(
          name
              + " has "
              + test.classCount()
              + " classes in its test images and "
              + training.classCount()
              + " in its training images",
          "give every class training and test images");
    }
  }

  /** For instance "28x28 grey, 10 classes, 60000 training and 10000 test images". */
  public String describe() {
    return size(training)
        + ", "
        + training.classCount()
        + " classes, "
        + training.count()
        + " training and "
        + test.count()
        + " test images ("
        + testOrigin
        + ")";
  }

  private static String size(ImageSet images) {
    return images.width() + "x" + images.height() + (images.channels() == 1 ? " grey" : " RGB");
  }
}
