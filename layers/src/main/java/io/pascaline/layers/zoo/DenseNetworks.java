// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.zoo.LayerWriter.Tensor;

/**
 * G. Huang, Z. Liu, L. van der Maaten and K. Weinberger, "Densely Connected Convolutional Networks"
 * (CVPR 2017), DenseNet-C with a growth rate of 12, up to the last fully connected layer: each
 * layer normalises and activates all channels before it and adds 12 behind them. The first
 * convolution has stride 2, for 28x28 images.
 */
final class DenseNetworks {
  private static final int GROWTH_RATE = 12;
  private static final int BLOCKS = 3;

  private final LayerWriter writer;

  private DenseNetworks(LayerWriter writer) {
    this.writer = writer;
  }

  /** The network with {@code 3 n + 4} layers. */
  static void dense(LayerWriter writer, int layersPerBlock) {
    DenseNetworks network = new DenseNetworks(writer);
    writer.convolution(2 * GROWTH_RATE, 3, 2, false);
    for (int block = 0; block < BLOCKS; block++) {
      for (int layer = 0; layer < layersPerBlock; layer++) {
        Tensor before = writer.latest();
        network.activated();
        writer.convolution(GROWTH_RATE, 3, 1, false);
        writer.concatenate(before);
      }
      network.activated();
      if (block < BLOCKS - 1) {
        writer.convolution(writer.channels() / 2, 1, 1, false);
        writer.averagePool(2, 2, 0);
      }
    }
    writer.globalPool();
    writer.flatten();
  }

  private void activated() {
    writer.normalise(1);
    writer.activate();
  }
}
