// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

/** Networks without branches, up to the last fully connected layer. */
final class PlainNetworks {
  private static final int[][] VGG16_STAGES = {
    {64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}
  };

  private PlainNetworks() {}

  /**
   * J. Liu, M. Juuti, Y. Lu and N. Asokan, "Oblivious Neural Network Predictions via MiniONN
   * Transformations" (CCS 2017), figure 13: seven convolutions with biases, mean pooling.
   */
  static void minionn(LayerWriter writer) {
    biased(writer, 64, 3);
    biased(writer, 64, 3);
    writer.averagePool(2, 2, 0);
    biased(writer, 64, 3);
    biased(writer, 64, 3);
    writer.averagePool(2, 2, 0);
    biased(writer, 64, 3);
    biased(writer, 64, 1);
    biased(writer, 16, 1);
    writer.flatten();
  }

  private static void biased(LayerWriter writer, int outputChannels, int kernel) {
    writer.convolution(outputChannels, kernel, 1, true);
    writer.activate();
  }

  /**
   * Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document
   * Recognition" (Proceedings of the IEEE, 1998), for 28x28 images, as it is built today: each
   * convolution sees all channels, pools take the maximum, and the last layer is fully connected.
   */
  static void lenet5(LayerWriter writer) {
    writer.convolution(6, 5, 1, true);
    writer.activate();
    writer.maxPool(2);
    writer.convolution(16, 5, 1, 0, 1, true);
    writer.activate();
    writer.maxPool(2);
    writer.flatten();
    writer.fullyConnected(120);
    writer.activate();
    writer.fullyConnected(84);
    writer.activate();
  }

  /**
   * K. Simonyan and A. Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
   * Recognition" (ICLR 2015), configuration D for 32x32 images: batch normalisation, average
   * pooling, and fully connected layers of 512, for the 1x1 pixel left has no more inputs.
   */
  static void vgg16(LayerWriter writer) {
    for (int[] stage : VGG16_STAGES) {
      for (int outputChannels : stage) {
        writer.convolution(outputChannels, 3, 1, true);
        writer.normalise(1);
        writer.activate();
      }
      writer.averagePool(2, 2, 0);
    }
    writer.flatten();
    for (int i = 0; i < 2; i++) {
      writer.fullyConnected(512);
      writer.activate();
    }
  }
}
