// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;

/**
 * Convolution in Z_2^64 on the Vector API, as a matrix product {@code [outputs, taps] * [taps,
 * positions]} for each group, with positions in the vector lanes. A bundle of panels is packed
 * straight from the input and then multiplied with one block of rows after another. Only to be
 * touched where module {@code jdk.incubator.vector} is present.
 *
 * <p>Work is split over bundles and blocks of rows alike: large images with few channels and small
 * images with many both keep all threads busy.
 */
final class DoubleWordPanels extends DoubleWordMethod {
  private static final int LANES = DoubleWordBlocks.LANES;
  private static final int ROWS = DoubleWordBlocks.ROWS;
  private static final int WIDTH = 2 * LANES;

  /** Panels that are packed together: 260 KiB with vectors of 64 bytes, for the second cache. */
  private static final int BUNDLE = 8;

  private static final int BUNDLE_COLUMNS = BUNDLE * WIDTH;
  private static final int TILE_WORDS = ROWS * WIDTH;

  /** Fewer outputs a group do not repay the packing; depthwise maps have one. */
  private static final int MIN_GROUP_OUTPUTS = 4;

  private static final DoubleWordScratch SCRATCH = new DoubleWordScratch();

  private final Convolution2d map;
  private final DoubleWordTaps taps;
  private final int depth;
  private final int rows;
  private final int columns;
  private final DoubleWordPanelWeights[] weights;
  private final int panelWords;

  DoubleWordPanels(Convolution2d map, long[] weights) {
    super(map);
    this.map = map;
    this.taps = new DoubleWordTaps(map);
    this.depth = taps.count();
    this.rows = map.outputChannels() / map.groups();
    this.columns = map.outputHeight() * map.outputWidth();
    this.weights = new DoubleWordPanelWeights[map.groups()];
    for (int group = 0; group < map.groups(); group++) {
      this.weights[group] = new DoubleWordPanelWeights(weights, group * rows, rows, depth);
    }
    int maxPairs = Math.min((depth + 1) / 2, DoubleWordPanelWeights.STRETCH_PAIRS);
    this.panelWords = DoubleWordBlocks.panelWords(maxPairs, 2);
  }

  /** True if this method is worth its packing. */
  static boolean serves(Convolution2d map) {
    return map.outputChannels() / map.groups() >= MIN_GROUP_OUTPUTS;
  }

  @Override
  void compute(long[] input, long[] output, WorkSplitter splitter) {
    int blocks = weights[0].rowBlocks;
    int bundles = (columns + BUNDLE_COLUMNS - 1) / BUNDLE_COLUMNS;
    int items = Math.multiplyExact(Math.multiplyExact(map.groups(), bundles), blocks);
    Parts parts = Parts.of(items, splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          // A tile of products, one tap's words for a bundle, and the panels.
          long[] scratch = SCRATCH.take(TILE_WORDS + BUNDLE_COLUMNS + BUNDLE * panelWords);
          int from = parts.from(part);
          int to = parts.to(part);
          for (int i = from / blocks; i * blocks < to; i++) {
            int fromBlock = Math.max(from - i * blocks, 0);
            int toBlock = Math.min(to - i * blocks, blocks);
            bundle(input, i / bundles, i % bundles, fromBlock, toBlock, scratch, output);
          }
          SCRATCH.give(scratch);
        });
  }

  private void bundle(
      long[] input, int group, int bundle, int fromBlock, int toBlock, long[] scratch, long[] out) {
    int column = bundle * BUNDLE_COLUMNS;
    int count = Math.min(BUNDLE_COLUMNS, columns - column);
    for (int stretch = 0; stretch < weights[group].stretches; stretch++) {
      pack(input, group, stretch, column, count, scratch);
      for (int block = fromBlock; block < toBlock; block++) {
        for (int first = 0; first < count; first += WIDTH) {
          multiply(group, stretch, block, column + first, first / WIDTH, scratch, out);
        }
      }
    }
  }

  private void pack(long[] input, int group, int stretch, int column, int count, long[] scratch) {
    int first = 2 * weights[group].from(stretch);
    int pairs = weights[group].pairs(stretch);
    int padded = (count + LANES - 1) / LANES * LANES;
    Arrays.fill(scratch, TILE_WORDS + count, TILE_WORDS + padded, 0);
    for (int k = 0; k < 2 * pairs; k++) {
      if (first + k < depth) {
        taps.gather(input, group, first + k, column, count, scratch, TILE_WORDS);
      } else {
        Arrays.fill(scratch, TILE_WORDS, TILE_WORDS + padded, 0);
      }
      for (int at = 0; at < padded; at += WIDTH) {
        int width = Math.min(WIDTH, padded - at);
        int to = panelAt(at / WIDTH) + k * width;
        System.arraycopy(scratch, TILE_WORDS + at, scratch, to, width);
      }
    }
    for (int at = 0; at < padded; at += WIDTH) {
      int vectors = Math.min(WIDTH, padded - at) / LANES;
      for (int vector = 0; vector < vectors; vector++) {
        DoubleWordBlocks.addPairs(scratch, panelAt(at / WIDTH), pairs, vectors, vector);
      }
    }
  }

  private int panelAt(int panel) {
    return TILE_WORDS + BUNDLE_COLUMNS + panel * panelWords;
  }

  private void multiply(
      int group, int stretch, int block, int column, int panel, long[] scratch, long[] output) {
    DoubleWordPanelWeights left = weights[group];
    int pairs = left.pairs(stretch);
    int at = left.at(stretch, block);
    int width = Math.min(WIDTH, columns - column);
    int count = Math.min(ROWS, rows - block * ROWS);
    int to = (group * rows + block * ROWS) * columns + column;
    int stride = width > LANES ? WIDTH : LANES;
    boolean direct = stretch == 0 && count == ROWS && width == stride;
    long[] out = direct ? output : scratch;
    int outAt = direct ? to : 0;
    int outStride = direct ? columns : stride;
    if (stride == WIDTH) {
      DoubleWordBlocks.rows4x2(
          scratch, panelAt(panel), pairs, left.words, at, out, outAt, outStride);
    } else {
      DoubleWordBlocks.rows4x1(
          scratch, panelAt(panel), pairs, left.words, at, out, outAt, outStride);
    }
    if (!direct) {
      deliver(scratch, stride, width, count, output, to, stretch == 0);
    }
  }

  /** Stores a tile of products, or adds those of another stretch. */
  private void deliver(
      long[] tile, int stride, int width, int count, long[] output, int to, boolean first) {
    for (int row = 0; row < count; row++) {
      int at = row * stride;
      int outAt = to + row * columns;
      if (first) {
        System.arraycopy(tile, at, output, outAt, width);
      } else {
        for (int i = 0; i < width; i++) {
          output[outAt + i] += tile[at + i];
        }
      }
    }
  }
}
