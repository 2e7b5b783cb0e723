// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.zoo.LayerWriter.Tensor;

/**
 * Shallow and wide networks for private inference, up to the last fully connected layer. Rounds
 * grow with depth and corrections with the number of activations, so there are few layers, and none
 * of them activates an image at full resolution more than once. Where a convolutional network
 * pools, a convolution of 4x4 with stride 2 takes the place of a 3x3 convolution and its 2x2
 * average: it contains both, and takes 16 products for each channel and place where they take 36.
 *
 * <p>The layout is that of K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU" (arXiv
 * 2404.00498): a first convolution whose weights whiten patches of 2x2, three blocks of two
 * convolutions, one fully connected layer. Its maxima are strides here, and the second convolution
 * of each block has a shortcut, which costs nothing on shares.
 */
final class WideNetworks {
  private static final int PATCH = 2;

  private final LayerWriter writer;

  private WideNetworks(LayerWriter writer) {
    this.writer = writer;
  }

  /** Eight layers for 32x32 images; 17 million products, 50,328 activations. */
  static void medium(LayerWriter writer) {
    blocks(writer, 32, 96, 192);
  }

  /** Eight layers for 32x32 images; 52 million products, 75,288 activations. */
  static void large(LayerWriter writer) {
    blocks(writer, 64, 192, 256);
  }

  /** Eight layers for 32x32 images; 102 million products, 98,264 activations. */
  static void extraLarge(LayerWriter writer) {
    blocks(writer, 96, 256, 384);
  }

  private static void blocks(LayerWriter writer, int... widths) {
    WideNetworks network = new WideNetworks(writer);
    network.whitened();
    for (int channels : widths) {
      network.halved(channels);
      network.shortcut();
    }
    network.end();
  }

  /**
   * Five layers for 28x28 images: as many as fashion has, and as many activations, but more of its
   * products at a quarter of the resolution.
   */
  static void small(LayerWriter writer) {
    WideNetworks network = new WideNetworks(writer);
    network.halved(24);
    network.halved(96);
    network.shortcut();
    network.shortcut();
    network.end();
  }

  /**
   * Four layers for 28x28 images, the third of them fully connected with 1024 inputs and outputs:
   * what a Hadamard-diagonal layer is compared on.
   */
  static void hidden(LayerWriter writer) {
    WideNetworks network = new WideNetworks(writer);
    network.halved(16);
    network.halved(64);
    writer.averagePool(2, 2, 1);
    writer.flatten();
    writer.fullyConnected(writer.channels(), false);
    writer.normalise(1);
    writer.activate();
  }

  /** Each of the patches' components, and its negative. */
  private void whitened() {
    int components = PATCH * PATCH * writer.channels();
    writer.convolution(2 * components, PATCH, 1, 0, 1, true);
    writer.activate();
  }

  private void halved(int channels) {
    writer.convolution(channels, 4, 2, 1, 1, false);
    writer.normalise(1);
    writer.activate();
  }

  private void shortcut() {
    Tensor trunk = writer.latest();
    writer.convolution(writer.channels(), 3, 1, false);
    writer.normalise(1);
    writer.add(trunk);
    writer.activateSum();
  }

  private void end() {
    writer.globalPool();
    writer.flatten();
  }
}
