// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images.set;

/** The two parts of a data set. */
public enum Split {
  /** What a network is trained and calibrated with. */
  TRAINING("training images"),
  /** What a network is judged by. */
  TEST("test images");

  private final String label;

  Split(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }

  /** Returns what stands for this part. */
  <T> T of(T training, T test) {
    return this == TRAINING ? training : test;
  }
}
