// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.zoo;

import io.pascaline.layers.graph.ScalarFunction;
import io.pascaline.layers.graph.StandardFunctions;
import io.pascaline.layers.zoo.LayerWriter.Tensor;

/**
 * A. Howard et al., "Searching for MobileNetV3" (ICCV 2019), made small for 28x28 images: inverted
 * residual blocks with depthwise convolutions, the first two with ReLU6, the others with
 * squeeze-and-excitation. Convolutions have no bias, except in squeeze-and-excitation.
 */
final class MobileNetworks {
  private static final ScalarFunction RELU6 = StandardFunctions.of("relu6");
  private static final ScalarFunction HARD_SIGMOID = StandardFunctions.of("hardsigmoid");

  /** The part of a block's channels that squeeze-and-excitation has between its two layers. */
  private static final int SQUEEZE = 4;

  private final LayerWriter writer;

  private MobileNetworks(LayerWriter writer) {
    this.writer = writer;
  }

  /** The network up to the last fully connected layer. */
  static void tiny(LayerWriter writer) {
    MobileNetworks network = new MobileNetworks(writer);
    network.normalised(16, 3, 2);
    writer.activate();
    network.block(32, 16, 3, 1, false);
    network.block(64, 24, 3, 2, false);
    network.block(96, 24, 5, 1, true);
    network.block(96, 40, 5, 2, true);
    network.normalised(160, 1, 1);
    writer.activate();
    writer.globalPool();
    writer.flatten();
    writer.fullyConnected(128);
    writer.activate();
  }

  /** Widens, convolves each channel, narrows; adds its input where the shape stays. */
  private void block(int innerChannels, int outputChannels, int kernel, int stride, boolean late) {
    Tensor input = writer.latest();
    normalised(innerChannels, 1, 1);
    activate(late);
    writer.depthwiseConvolution(kernel, stride);
    writer.normalise(1);
    activate(late);
    if (late) {
      squeezeAndExcite();
    }
    normalised(outputChannels, 1, 1);
    if (input.shape().equals(writer.latest().shape())) {
      writer.add(input);
    }
  }

  private void activate(boolean late) {
    if (late) {
      writer.activate();
    } else {
      writer.apply(RELU6);
    }
  }

  /** J. Hu, L. Shen and G. Sun, "Squeeze-and-Excitation Networks" (CVPR 2018). */
  private void squeezeAndExcite() {
    Tensor features = writer.latest();
    int channels = writer.channels();
    writer.globalPool();
    writer.convolution(channels / SQUEEZE, 1, 1, true);
    writer.apply(ScalarFunction.relu());
    writer.convolution(channels, 1, 1, true);
    writer.apply(HARD_SIGMOID);
    writer.scale(features);
  }

  private void normalised(int outputChannels, int kernel, int stride) {
    writer.convolution(outputChannels, kernel, stride, false);
    writer.normalise(1);
  }
}
