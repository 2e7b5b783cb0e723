// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.compile;

import io.pascaline.layers.graph.AffineNode;
import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.MatrixProduct;
import io.pascaline.protocols.linear.Shape;
import java.util.List;

/**
 * A scale and a shift per channel (a batch normalisation), as part of the linear layer before or
 * after it. Channels of the two may be counted differently when a reshape lies between: all that
 * matters is that each channel of the linear layer lies within one channel of the affine map.
 */
final class AffineFold {
  private final double[] scale;
  private final double[] shift;
  private final Shape shape;
  private final String tensor;

  AffineFold(AffineNode node) {
    this.tensor = node.name();
    this.shape = node.shape();
    this.scale = widen(node.scalePerChannel());
    this.shift = widen(node.shiftPerChannel());
  }

  static double[] widen(float[] values) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return wide;
  }

  boolean fitsAfter(LinearMap map) {
    return map.outputShape().dim(0) % scale.length == 0;
  }

  /** Returns the linear layer and then this map. */
  Stage.Linear after(Stage.Linear linear) {
    int rows = linear.map().outputShape().dim(0);
    int perRow = linear.weights().length / rows;
    double[] weights = linear.weights().clone();
    double[] bias = new double[rows];
    for (int row = 0; row < rows; row++) {
      int channel = row / (rows / scale.length);
      for (int i = row * perRow; i < (row + 1) * perRow; i++) {
        weights[i] *= scale[channel];
      }
      double before = linear.biasOrNull() == null ? 0 : linear.biasOrNull()[row];
      bias[row] = before * scale[channel] + shift[channel];
    }
    return new Stage.Linear(tensor, linear.inputs(), linear.map(), weights, bias);
  }

  /** Returns whether the map can go into a linear layer that reads its output. */
  boolean fitsBefore(LinearMap map) {
    if (map.inputShape().dim(0) % scale.length != 0) {
      return false;
    }
    return !shifts() || !padded(map);
  }

  private boolean shifts() {
    for (double value : shift) {
      if (value != 0) {
        return true;
      }
    }
    return false;
  }

  /** Padding is zeros after the shift, which no bias can imitate. */
  private static boolean padded(LinearMap map) {
    return map instanceof Convolution2d c
        && (c.padTop() | c.padLeft() | c.padBottom() | c.padRight()) != 0;
  }

  /** This map and then the linear layer. */
  Stage.Linear before(Stage.Linear linear) {
    LinearMap map = linear.map();
    int rows = map.outputShape().dim(0);
    int inputChannels = map.inputShape().dim(0);
    int groups = map instanceof Convolution2d c ? c.groups() : 1;
    int channelsPerRow = inputChannels / groups;
    int taps = linear.weights().length / rows / channelsPerRow;
    double[] weights = linear.weights().clone();
    double[] bias = linear.biasOrNull() == null ? new double[rows] : linear.biasOrNull().clone();
    for (int row = 0; row < rows; row++) {
      int firstChannel = row / (rows / groups) * channelsPerRow;
      for (int i = 0; i < channelsPerRow; i++) {
        int channel = (firstChannel + i) / (inputChannels / scale.length);
        int start = (row * channelsPerRow + i) * taps;
        for (int at = start; at < start + taps; at++) {
          bias[row] += weights[at] * shift[channel];
          weights[at] *= scale[channel];
        }
      }
    }
    boolean biased = linear.biasOrNull() != null || shifts();
    return new Stage.Linear(linear.tensor(), linear.inputs(), map, weights, biased ? bias : null);
  }

  /** Returns the map on its own: a convolution of one tap per channel. */
  Stage.Linear alone(int input) {
    int channels = scale.length;
    int plane = shape.elementCount() / channels;
    LinearMap map =
        shape.elementCount() == 1
            ? new MatrixProduct(1, 1)
            : new Convolution2d(
                channels, plane, 1, channels, 1, 1, 1, 1, 0, 0, 0, 0, 1, 1, channels);
    return new Stage.Linear(tensor, List.of(input), map, scale.clone(), shift.clone());
  }
}
