// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.data;

import io.pascaline.images.set.ImageSet;
import io.pascaline.layers.graph.GraphNode;
import io.pascaline.layers.graph.LinearNode;
import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.protocols.linear.Convolution2d;
import java.util.ArrayList;
import java.util.List;

/**
 * A first convolution that whitens patches of the training images: its outputs have variance 1 and
 * are not correlated, components of large variance first and, if there are more outputs than
 * components, then their negatives. K. Jordan, "94% on CIFAR-10 in 3.29 Seconds on a Single GPU"
 * (arXiv 2404.00498), section 3.1.
 */
public final class Whitening {
  private static final int IMAGES = 5000;

  /** Keeps components that are nearly constant from becoming noise; of normalised pixels. */
  private static final double MIN_VARIANCE = 5e-4;

  private Whitening() {}

  /**
   * Returns the name of the convolution that reads the images.
   *
   * @throws IllegalArgumentException if another kind of layer does, or several do
   */
  public static String firstConvolution(NetworkGraph graph) {
    List<GraphNode> readers = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node.inputs().contains(graph.inputName())) {
        readers.add(node);
      }
    }
    if (readers.size() == 1
        && readers.get(0) instanceof LinearNode linear
        && linear.map() instanceof Convolution2d convolution
        && convolution.groups() == 1) {
      return linear.name();
    }
    throw new IllegalArgumentException(
        "network '" + graph.name() + "' does not begin with one convolution, which can whiten");
  }

  /**
   * Returns the network with such weights in its first convolution.
   *
   * @param images of the training set; the first 5,000 are read
   * @param normalisation of the images
   * @throws IllegalArgumentException if the network does not begin with a convolution, or this has
   *     more than twice as many outputs as its patches have pixels
   */
  public static NetworkGraph of(
      NetworkGraph graph, ImageSet images, ChannelNormalisation normalisation) {
    String first = firstConvolution(graph);
    List<GraphNode> nodes = new ArrayList<>();
    for (GraphNode node : graph.nodes()) {
      if (node.name().equals(first)) {
        LinearNode linear = (LinearNode) node;
        Convolution2d map = (Convolution2d) linear.map();
        float[] weights = weights(map, images, normalisation);
        float[] bias = linear.biasOrNull();
        nodes.add(new LinearNode(first, node.inputs(), map, weights, bias));
      } else {
        nodes.add(node);
      }
    }
    return graph.withNodes(nodes);
  }

  private static float[] weights(
      Convolution2d map, ImageSet images, ChannelNormalisation normalisation) {
    int size = map.inputChannels() * map.kernelHeight() * map.kernelWidth();
    int outputs = map.outputShape().dim(0);
    if (outputs > 2 * size) {
      throw new IllegalArgumentException(
          "the first convolution has "
              + outputs
              + " outputs, patches of "
              + size
              + " pixels whiten to at most "
              + 2 * size);
    }
    SymmetricEigen eigen = SymmetricEigen.of(moments(map, images, normalisation));
    float[] weights = new float[outputs * size];
    for (int row = 0; row < outputs; row++) {
      int component = row % size;
      double factor = 1 / Math.sqrt(Math.max(0, eigen.values()[component]) + MIN_VARIANCE);
      for (int i = 0; i < size; i++) {
        double weight = factor * eigen.vectors()[component][i];
        weights[row * size + i] = (float) (row < size ? weight : -weight);
      }
    }
    return weights;
  }

  /** Mean products of the patches' pixels, whose means are about 0. */
  private static double[][] moments(
      Convolution2d map, ImageSet images, ChannelNormalisation normalisation) {
    int size = map.inputChannels() * map.kernelHeight() * map.kernelWidth();
    double[][] sums = new double[size][size];
    double[] patch = new double[size];
    byte[] pixels = new byte[images.sampleCount()];
    float[] input = new float[pixels.length];
    int count = Math.min(IMAGES, images.count());
    // Where patches start is of no matter to their statistics; every second place is enough.
    long patches = 0;
    for (int image = 0; image < count; image++) {
      images.pixels(image, pixels);
      normalisation.apply(pixels, input, 0);
      for (int top = 0; top + map.kernelHeight() <= images.height(); top += 2) {
        for (int left = 0; left + map.kernelWidth() <= images.width(); left += 2) {
          read(input, images, map, top, left, patch);
          add(patch, sums);
          patches++;
        }
      }
    }
    for (double[] row : sums) {
      for (int i = 0; i < size; i++) {
        row[i] /= patches;
      }
    }
    return sums;
  }

  private static void read(
      float[] input, ImageSet images, Convolution2d map, int top, int left, double[] patch) {
    int next = 0;
    for (int channel = 0; channel < images.channels(); channel++) {
      for (int y = 0; y < map.kernelHeight(); y++) {
        int line = (channel * images.height() + top + y) * images.width() + left;
        for (int x = 0; x < map.kernelWidth(); x++) {
          patch[next++] = input[line + x];
        }
      }
    }
  }

  private static void add(double[] patch, double[][] sums) {
    for (int i = 0; i < patch.length; i++) {
      for (int j = 0; j < patch.length; j++) {
        sums[i][j] += patch[i] * patch[j];
      }
    }
  }
}
