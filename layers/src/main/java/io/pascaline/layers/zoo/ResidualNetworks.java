// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.zoo.LayerWriter.Tensor;

/**
 * K. He, X. Zhang, S. Ren and J. Sun, "Deep Residual Learning for Image Recognition" (CVPR 2016),
 * up to the last fully connected layer. Where a block changes the shape its shortcut is a 1x1
 * convolution (the paper's option B) with batch normalisation. Convolutions have no bias.
 */
final class ResidualNetworks {
  private static final int CIFAR_STAGES = 3;

  private final LayerWriter writer;

  /** Scale of each branch: all of them together add about as much again as the first layer. */
  private final double branchScale;

  private ResidualNetworks(LayerWriter writer, int blockCount) {
    this.writer = writer;
    this.branchScale = Math.sqrt(writer.activeSquare() / blockCount);
  }

  /** Section 4.2: 6n + 2 layers, stages of 16, 32 and 64 channels, for 32x32 images. */
  static void cifar(LayerWriter writer, int blocksPerStage) {
    ResidualNetworks network = new ResidualNetworks(writer, CIFAR_STAGES * blocksPerStage);
    network.normalised(16, 3, 1, 1);
    writer.activate();
    for (int stage = 0; stage < CIFAR_STAGES; stage++) {
      for (int block = 0; block < blocksPerStage; block++) {
        network.basicBlock(16 << stage, stage > 0 && block == 0 ? 2 : 1);
      }
    }
    network.end();
  }

  /** Table 1, 18 layers, for 32x32 images: the first layer is 3x3 with stride 1, not pooled. */
  static void resnet18(LayerWriter writer) {
    ResidualNetworks network = new ResidualNetworks(writer, 8);
    network.normalised(64, 3, 1, 1);
    writer.activate();
    for (int stage = 0; stage < 4; stage++) {
      for (int block = 0; block < 2; block++) {
        network.basicBlock(64 << stage, stage > 0 && block == 0 ? 2 : 1);
      }
    }
    network.end();
  }

  /**
   * Table 1, 50 layers, for 224x224 images. As in common implementations a block's stride is that
   * of its 3x3 convolution; the first pool averages.
   */
  static void resnet50(LayerWriter writer) {
    int[] blocks = {3, 4, 6, 3};
    ResidualNetworks network = new ResidualNetworks(writer, 16);
    network.normalised(64, 7, 2, 1);
    writer.activate();
    writer.averagePool(3, 2, 1);
    for (int stage = 0; stage < blocks.length; stage++) {
      for (int block = 0; block < blocks[stage]; block++) {
        network.bottleneckBlock(64 << stage, stage > 0 && block == 0 ? 2 : 1);
      }
    }
    network.end();
  }

  /**
   * The bundled network for 28x28 grey images: four convolutions, of which one has a shortcut, and
   * one product. Its first convolution has stride 2, because an activation's communication grows
   * with its elements: 18,816 of them in all.
   */
  static void fashion(LayerWriter writer) {
    ResidualNetworks network = new ResidualNetworks(writer, 1);
    network.normalised(16, 5, 2, 1);
    writer.activate();
    network.normalised(32, 3, 1, 1);
    writer.activate();
    Tensor trunk = writer.latest();
    network.normalised(32, 3, 1, 1);
    network.join(trunk, 32, 1);
    writer.averagePool(2, 2, 0);
    network.normalised(64, 3, 1, 1);
    writer.activate();
    writer.flatten();
  }

  private void basicBlock(int outputChannels, int stride) {
    Tensor trunk = writer.latest();
    normalised(outputChannels, 3, stride, 1);
    writer.activate();
    normalised(outputChannels, 3, 1, branchScale);
    join(trunk, outputChannels, stride);
  }

  private void bottleneckBlock(int innerChannels, int stride) {
    Tensor trunk = writer.latest();
    normalised(innerChannels, 1, 1, 1);
    writer.activate();
    normalised(innerChannels, 3, stride, 1);
    writer.activate();
    normalised(4 * innerChannels, 1, 1, branchScale);
    join(trunk, 4 * innerChannels, stride);
  }

  /** The branch just written and the trunk before it, the latter projected if need be. */
  private void join(Tensor trunk, int outputChannels, int stride) {
    Tensor branch = writer.latest();
    writer.from(trunk);
    if (stride != 1 || writer.channels() != outputChannels) {
      normalised(outputChannels, 1, stride, 1);
    }
    writer.add(branch);
    writer.activateSum();
  }

  private void normalised(int outputChannels, int kernel, int stride, double scale) {
    writer.convolution(outputChannels, kernel, stride, false);
    writer.normalise(scale);
  }

  private void end() {
    writer.globalPool();
    writer.flatten();
  }
}
