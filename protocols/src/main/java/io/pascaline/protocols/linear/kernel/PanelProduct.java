// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;

/**
 * Convolution with a 1x1 kernel, that is a matrix product {@code [outputs, inputs] * [inputs,
 * positions]}, with positions in the vector lanes: a panel of positions is packed once for all
 * outputs, and products are stored where they belong without transposition.
 */
final class PanelProduct extends LinearMethod {
  private static final int LANES = PanelBlocks.LANES;
  private static final int WIDTH = 2 * LANES;
  private static final int ROWS = PanelBlocks.ROWS;
  private static final double STORE_COST = 13;
  private static final double PACK_COST = 8;
  private static final Scratch PANEL = new Scratch();
  private static final Scratch TILE = new Scratch();

  private final Convolution2d map;
  private final int rows;
  private final int depth;
  private final int columns;
  private final PanelWeights weights;

  PanelProduct(Convolution2d map, int[] weights, LinearKernel owner) {
    super(map, owner);
    this.map = map;
    this.rows = map.outputChannels();
    this.depth = map.inputChannels();
    this.columns = map.outputHeight() * map.outputWidth();
    this.weights = new PanelWeights(weights, rows, depth);
  }

  /** True if this method serves the geometry at all. */
  static boolean serves(Convolution2d map) {
    return map.groups() == 1
        && map.kernelHeight() == 1
        && map.kernelWidth() == 1
        && new PlaneLayout(map).isIdentity();
  }

  /** Estimated time, in the unit of {@link PairedConvolution#cost}. */
  static double cost(Convolution2d map) {
    int inputs = (map.inputChannels() + 1) / 2 * 2;
    double rows = (map.outputChannels() + ROWS - 1) / ROWS * ROWS;
    double vectors = (map.outputHeight() * map.outputWidth() + LANES - 1) / LANES;
    return vectors * (rows * (2.2 * inputs + STORE_COST) + PACK_COST * inputs);
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    int panels = (columns + WIDTH - 1) / WIDTH;
    Parts parts = Parts.shares(panels * weights.rowBlocks, splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          int[] packed = PANEL.take(PanelBlocks.panelWords(PanelWeights.STRETCH_PAIRS, 2));
          int[] tile = TILE.take(ROWS * WIDTH);
          int from = parts.from(part);
          int to = parts.to(part);
          for (int panel = from / weights.rowBlocks; panel * weights.rowBlocks < to; panel++) {
            int before = panel * weights.rowBlocks;
            int fromBlock = Math.max(from - before, 0);
            int toBlock = Math.min(to - before, weights.rowBlocks);
            for (int stretch = 0; stretch < weights.stretches; stretch++) {
              pack(input, stretch, panel * WIDTH, packed);
              multiply(packed, stretch, panel * WIDTH, fromBlock, toBlock, tile, output);
            }
          }
          TILE.give(tile);
          PANEL.give(packed);
        });
  }

  private void pack(int[] input, int stretch, int column, int[] packed) {
    int row = 2 * weights.from(stretch);
    int pairs = weights.pairs(stretch);
    int width = Math.min(WIDTH, columns - column);
    if (width == WIDTH && row + 2 * pairs <= depth) {
      PanelBlocks.pack(input, row * columns + column, columns, pairs, packed);
      return;
    }
    // A panel at the edge, of one vector if that is enough, and the odd row.
    int words = (width + LANES - 1) / LANES * LANES;
    int etaAt = 2 * pairs * words;
    Arrays.fill(packed, 0, etaAt + words, 0);
    for (int k = 0; k < Math.min(2 * pairs, depth - row); k++) {
      System.arraycopy(input, (row + k) * columns + column, packed, k * words, width);
    }
    for (int first = 0; first < etaAt; first += 2 * words) {
      for (int i = 0; i < words; i++) {
        packed[etaAt + i] += packed[first + i] * packed[first + words + i];
      }
    }
  }

  private void multiply(
      int[] packed, int stretch, int column, int fromBlock, int toBlock, int[] tile, int[] output) {
    int pairs = weights.pairs(stretch);
    int width = Math.min(WIDTH, columns - column);
    int vectors = (width + LANES - 1) / LANES;
    for (int block = fromBlock; block < toBlock; block++) {
      int at = weights.at(stretch, block);
      int count = Math.min(ROWS, rows - block * ROWS);
      int to = block * ROWS * columns + column;
      boolean direct = stretch == 0 && count == ROWS && width == vectors * LANES;
      int[] out = direct ? output : tile;
      int outAt = direct ? to : 0;
      int stride = direct ? columns : vectors * LANES;
      if (vectors == 2) {
        PanelBlocks.rows4x2(packed, pairs, weights.words, at, out, outAt, stride);
      } else {
        PanelBlocks.rows4x1(packed, pairs, weights.words, at, out, outAt, stride);
      }
      if (!direct) {
        deliver(tile, vectors, width, count, output, to, stretch == 0);
      }
    }
  }

  /** Stores products, or adds those of another stretch. */
  private void deliver(
      int[] tile, int vectors, int width, int count, int[] output, int to, boolean first) {
    for (int row = 0; row < count; row++) {
      int at = row * vectors * LANES;
      int outAt = to + row * columns;
      if (first) {
        System.arraycopy(tile, at, output, outAt, width);
      } else if (width == vectors * LANES) {
        PanelBlocks.add(tile, at, vectors, output, outAt);
      } else {
        for (int i = 0; i < width; i++) {
          output[outAt + i] += tile[at + i];
        }
      }
    }
  }
}
