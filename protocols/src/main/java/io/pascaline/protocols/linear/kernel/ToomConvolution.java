// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;

/**
 * Convolution with a 3x3 kernel and stride 1 by tiles of 3x3 outputs: 36 products per tile and pair
 * of channels instead of 81, exact in Z_2^32 (see {@link ToomTransforms}). The products of one of
 * the 36 factors over all channels and tiles form a matrix product, done by {@link PairBlocks}.
 * Packed weights are four times as large as the weights.
 */
final class ToomConvolution extends LinearMethod {
  private static final int SIDE = 3;
  private static final int PATCH = 5;
  private static final int FACTORS = 36;

  /** Tiles of a block, whose factors stay in a cache, and most that one block may have. */
  private static final int BLOCK_TILES = 32;

  private static final int MAX_BLOCK_TILES = 40;

  /** Fewer are not worth reading all weights for. */
  private static final int MIN_TILES = 16;

  /** Ranges of tiles for each thread. */
  private static final int TILE_SHARES = 2;

  /** Packed weights beyond this come from far away for each block of tiles. */
  private static final int CACHE_WORDS = 1 << 18;

  /** Weights or inputs that would grow beyond this are left to the direct method. */
  private static final long MAX_WORDS = 1 << 25;

  private static final int LANES = PairBlocks.LANES;
  private static final Scratch CHANNELS_LAST = new Scratch();
  private static final Scratch FACTOR_WORDS = new Scratch();
  private static final Scratch PRODUCT_WORDS = new Scratch();
  private static final Scratch TILE = new Scratch();
  private static final Scratch ETA = new Scratch();

  private final Convolution2d map;
  private final int outputHeight;
  private final int outputWidth;
  private final int tilesWide;
  private final int tileCount;
  private final int blockTiles;
  private final int rowWords;
  private final int inputStride;
  private final int outputStride;
  private final int factorWords;
  private final int[] packed;
  private final int[] base;
  private final int[] offsets;

  ToomConvolution(Convolution2d map, int[] weights, LinearKernel owner) {
    super(map, owner);
    this.map = map;
    this.outputHeight = map.outputHeight();
    this.outputWidth = map.outputWidth();
    this.tilesWide = (outputWidth + SIDE - 1) / SIDE;
    this.tileCount = (outputHeight + SIDE - 1) / SIDE * tilesWide;
    this.blockTiles = roundUp((tileCount + blockCount(tileCount) - 1) / blockCount(tileCount));
    this.inputStride = (map.inputChannels() + LANES - 1) / LANES * LANES;
    this.outputStride = (map.outputChannels() + LANES - 1) / LANES * LANES;
    this.rowWords = (SIDE * tilesWide + PATCH - SIDE) * inputStride;
    int pairs = (map.inputChannels() + 1) / 2;
    this.offsets = new int[pairs];
    Arrays.setAll(offsets, pair -> 2 * pair);
    this.base = new int[FACTORS * blockTiles];
    Arrays.setAll(base, i -> i * inputStride);
    this.factorWords = Math.toIntExact(PairWeights.words(map.outputChannels(), pairs));
    this.packed = pack(weights, pairs);
  }

  /** True if this method serves the geometry at all. */
  static boolean serves(Convolution2d map) {
    return map.kernelHeight() == SIDE
        && map.kernelWidth() == SIDE
        && map.strideHeight() == 1
        && map.strideWidth() == 1
        && map.dilationHeight() == 1
        && map.dilationWidth() == 1
        && map.groups() == 1
        && (long) FACTORS * map.inputChannels() * map.outputChannels() <= MAX_WORDS
        && (map.inputHeight() + 8L + map.padTop() + map.padBottom())
                * (map.inputWidth() + 8L + map.padLeft() + map.padRight())
                * (map.inputChannels() + LANES)
            <= MAX_WORDS;
  }

  /** Blocks of about equal size, of which none holds more tiles than it may. */
  private static int blockCount(int tiles) {
    return tiles <= MAX_BLOCK_TILES ? 1 : (tiles + BLOCK_TILES - 1) / BLOCK_TILES;
  }

  private static int roundUp(int tiles) {
    return (tiles + PairBlocks.POSITIONS - 1) / PairBlocks.POSITIONS * PairBlocks.POSITIONS;
  }

  /** Words of the packed weights: four times as many as there are weights, and more. */
  static long packedWords(Convolution2d map) {
    return FACTORS * PairWeights.words(map.outputChannels(), (map.inputChannels() + 1) / 2);
  }

  /** Estimated time, in the unit of {@link PairedConvolution#cost}. */
  static double cost(Convolution2d map) {
    double tiles =
        (map.outputHeight() + SIDE - 1) / SIDE * ((map.outputWidth() + SIDE - 1.0) / SIDE);
    double inputVectors = Math.ceil((double) map.inputChannels() / LANES);
    double outputVectors = Math.ceil((double) map.outputChannels() / LANES);
    double products =
        Math.ceil(tiles / 4) * 4 * FACTORS * outputVectors * (2.5 * map.inputChannels() + 6);
    double transforms = tiles * (inputVectors * 900 + outputVectors * 500);
    double moves = tiles * SIDE * SIDE * (map.inputChannels() + map.outputChannels());
    double words = (double) FACTORS * map.inputChannels() * map.outputChannels();
    double reading = words < CACHE_WORDS ? 0 : Math.ceil(tiles / BLOCK_TILES) * words * 1.25;
    return products + transforms + 7 * moves + reading;
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    int rows = tileCount / tilesWide * SIDE + PATCH - SIDE;
    int[] turned = CHANNELS_LAST.take(rows * rowWords);
    Parts rowParts = Parts.of(rows, splitter, map.multiplyAdds());
    splitter.run(
        rowParts.count(),
        part -> {
          for (int row = rowParts.from(part); row < rowParts.to(part); row++) {
            turnRow(input, row, turned);
          }
        });
    // A range of positions of the products, which come in fours.
    int units = roundUp(tileCount) / PairBlocks.POSITIONS;
    int ranges = Math.min(tileCount / MIN_TILES, TILE_SHARES * splitter.width());
    boolean isEnough = ranges >= splitter.width() || tileCount >= 2 * BLOCK_TILES;
    if (isEnough && Parts.of(ranges, splitter, map.multiplyAdds()).count() > 1) {
      // Many tiles: each part runs through its own, from inputs to outputs.
      Parts tiles = new Parts(units, ranges);
      splitter.run(
          ranges,
          part -> {
            int from = tiles.from(part) * PairBlocks.POSITIONS;
            int to = Math.min(tiles.to(part) * PairBlocks.POSITIONS, tileCount);
            tiles(turned, output, from, to, WorkSplitter.sequential());
          });
    } else {
      tiles(turned, output, 0, tileCount, splitter);
    }
    CHANNELS_LAST.give(turned);
  }

  private void tiles(int[] turned, int[] output, int from, int to, WorkSplitter splitter) {
    int[] factors = FACTOR_WORDS.take(FACTORS * blockTiles * inputStride + LANES);
    int[] products = PRODUCT_WORDS.take(FACTORS * blockTiles * outputStride);
    int[] eta = ETA.take(base.length);
    PairPanel panel = new PairPanel(factors, 1, base, offsets, packed, eta);
    for (int first = from; first < to; first += blockTiles) {
      int start = first;
      int count = Math.min(blockTiles, to - first);
      Parts tiles = Parts.of(count, splitter, map.multiplyAdds());
      splitter.run(
          tiles.count(),
          part -> {
            int[] tile = TILE.take(FACTORS * LANES);
            for (int i = tiles.from(part); i < tiles.to(part); i++) {
              transformInputs(turned, start + i, i, factors, eta, tile);
            }
            TILE.give(tile);
          });
      int blocks = PairWeights.blockCount(map.outputChannels());
      Parts items = Parts.of(FACTORS * blocks, splitter, map.multiplyAdds());
      splitter.run(
          items.count(),
          part -> {
            for (int item = items.from(part); item < items.to(part); item++) {
              multiply(panel, item / blocks, item % blocks, count, products);
            }
          });
      splitter.run(
          tiles.count(),
          part -> {
            int[] tile = TILE.take(FACTORS * LANES);
            for (int i = tiles.from(part); i < tiles.to(part); i++) {
              transformOutputs(products, i, start + i, output, tile);
            }
            TILE.give(tile);
          });
    }
    ETA.give(eta);
    PRODUCT_WORDS.give(products);
    FACTOR_WORDS.give(factors);
  }

  /** Writes a padded row with the channels of a pixel together. */
  private void turnRow(int[] input, int row, int[] turned) {
    int at = row * rowWords;
    Arrays.fill(turned, at, at + rowWords, 0);
    int inputRow = row - map.padTop();
    if (inputRow < 0 || inputRow >= map.inputHeight()) {
      return;
    }
    int width = Math.min(map.inputWidth(), rowWords / inputStride - map.padLeft());
    for (int channel = 0; channel < map.inputChannels(); channel++) {
      int source = (channel * map.inputHeight() + inputRow) * map.inputWidth();
      int to = at + map.padLeft() * inputStride + channel;
      for (int x = 0; x < width; x++, to += inputStride) {
        turned[to] = input[source + x];
      }
    }
  }

  private void transformInputs(
      int[] turned, int tile, int slot, int[] factors, int[] eta, int[] temporary) {
    int corner = tile / tilesWide * SIDE * rowWords + tile % tilesWide * SIDE * inputStride;
    int factorStride = blockTiles * inputStride;
    for (int channel = 0; channel < inputStride; channel += LANES) {
      for (int x = 0; x < PATCH; x++) {
        int at = corner + x * inputStride + channel;
        ToomTransforms.inputs(turned, at, rowWords, temporary, x * LANES, PATCH * LANES);
      }
      for (int i = 0; i < 6; i++) {
        int to = (i * 6 * blockTiles + slot) * inputStride + channel;
        ToomTransforms.inputs(temporary, i * PATCH * LANES, LANES, factors, to, factorStride);
      }
    }
    for (int factor = 0; factor < FACTORS; factor++) {
      int n = factor * blockTiles + slot;
      eta[n] = ToomTransforms.pairProducts(factors, n * inputStride, inputStride);
    }
  }

  private void multiply(PairPanel panel, int factor, int block, int count, int[] products) {
    int vectors = PairWeights.vectors(map.outputChannels(), block);
    int at = factor * factorWords + (int) PairWeights.blockAt(block, offsets.length);
    for (int slot = 0; slot < count; slot += PairBlocks.POSITIONS) {
      int n = factor * blockTiles + slot;
      int to = n * outputStride + block * 2 * LANES;
      PairBlocks.run(panel, n, 0, at, vectors, products, to, outputStride);
    }
  }

  private void transformOutputs(int[] products, int slot, int tile, int[] output, int[] temporary) {
    int y = tile / tilesWide * SIDE;
    int x = tile % tilesWide * SIDE;
    int height = Math.min(SIDE, outputHeight - y);
    int width = Math.min(SIDE, outputWidth - x);
    int results = 6 * SIDE * LANES;
    int planeWords = outputHeight * outputWidth;
    for (int channel = 0; channel < map.outputChannels(); channel += LANES) {
      for (int i = 0; i < 6; i++) {
        int at = (i * 6 * blockTiles + slot) * outputStride + channel;
        ToomTransforms.outputs(
            products, at, blockTiles * outputStride, temporary, i * SIDE * LANES, LANES);
      }
      for (int j = 0; j < SIDE; j++) {
        ToomTransforms.outputs(
            temporary, j * LANES, SIDE * LANES, temporary, results + j * LANES, SIDE * LANES);
      }
      int lanes = Math.min(LANES, map.outputChannels() - channel);
      for (int lane = 0; lane < lanes; lane++) {
        int to = (channel + lane) * planeWords + y * outputWidth + x;
        for (int i = 0; i < height; i++, to += outputWidth) {
          for (int j = 0; j < width; j++) {
            output[to + j] = temporary[results + (i * SIDE + j) * LANES + lane];
          }
        }
      }
    }
  }

  private int[] pack(int[] weights, int pairs) {
    int inputs = map.inputChannels();
    int kernels = inputs * map.outputChannels();
    int[] factors = new int[Math.multiplyExact(kernels, FACTORS)];
    int[] half = new int[6 * SIDE];
    for (int kernel = 0; kernel < kernels; kernel++) {
      for (int x = 0; x < SIDE; x++) {
        ToomTransforms.taps(weights, kernel * SIDE * SIDE + x, SIDE, half, x, SIDE);
      }
      for (int i = 0; i < 6; i++) {
        ToomTransforms.taps(half, i * SIDE, 1, factors, kernel * FACTORS + i * 6, 1);
      }
    }
    int[] words = new int[Math.multiplyExact(FACTORS, factorWords)];
    for (int factor = 0; factor < FACTORS; factor++) {
      int f = factor;
      PairWeights.pack(
          map.outputChannels(),
          pairs,
          (output, pair, second) -> {
            int input = 2 * pair + second;
            return input < inputs ? factors[(output * inputs + input) * FACTORS + f] : 0;
          },
          words,
          factor * factorWords);
    }
    return words;
  }
}
