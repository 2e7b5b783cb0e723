// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;

/**
 * Convolution with output channels in the vector lanes. Input words are broadcast straight from the
 * unfolded planes, so nothing is gathered into columns; neighbouring input channels form the pairs
 * of {@link PairBlocks}. For groups with enough channels to fill the lanes.
 */
final class PairedConvolution extends LinearMethod {
  private static final double STORE_COST = 20;
  private static final Scratch PLANES = new Scratch();
  private static final Scratch PRODUCTS = new Scratch();
  private static final Scratch SUMS = new Scratch();
  private static final Scratch BLOCK = new Scratch();

  private final Convolution2d map;
  private final PlaneLayout layout;
  private final int pairedInputs;
  private final int groupInputs;
  private final int groupOutputs;
  private final int positionCount;
  private final int[] base;
  private final int[] offsets;
  private final int[] tapOffsets;
  private final int[] packed;
  private final int groupWords;

  PairedConvolution(Convolution2d map, int[] weights, LinearKernel owner) {
    super(map, owner);
    this.map = map;
    this.layout = new PlaneLayout(map);
    this.groupInputs = map.inputChannels() / map.groups();
    this.groupOutputs = map.outputChannels() / map.groups();
    this.pairedInputs = groupInputs + (groupInputs & 1);
    this.positionCount = map.outputHeight() * map.outputWidth();
    this.base = bases();
    this.tapOffsets = layout.offsets(1);
    this.offsets = pairOffsets();
    long words = PairWeights.words(groupOutputs, offsets.length);
    this.groupWords = Shape.of(Math.toIntExact(words)).elementCount();
    this.packed = new int[Math.multiplyExact(groupWords, map.groups())];
    for (int group = 0; group < map.groups(); group++) {
      packGroup(weights, group);
    }
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    if (layout.isIdentity() && pairedInputs == groupInputs) {
      groups(input, output, splitter);
      return;
    }
    int planeWords = layout.planeWords();
    int[] planes = PLANES.take(map.groups() * pairedInputs * planeWords);
    Parts parts = Parts.of(map.groups() * pairedInputs, splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          for (int slot = parts.from(part); slot < parts.to(part); slot++) {
            fillSlot(input, slot, planes);
          }
        });
    groups(planes, output, splitter);
    PLANES.give(planes);
  }

  private void fillSlot(int[] input, int slot, int[] planes) {
    int at = slot * layout.planeWords();
    int channel = slot % pairedInputs;
    if (channel < groupInputs) {
      layout.fill(input, slot / pairedInputs * groupInputs + channel, planes, at);
    } else {
      Arrays.fill(planes, at, at + layout.planeWords(), 0);
    }
  }

  private void groups(int[] planes, int[] output, WorkSplitter splitter) {
    int[] products = PRODUCTS.take(layout.planeWords());
    int[] eta = SUMS.take(base.length);
    int planeWords = layout.planeWords();
    for (int group = 0; group < map.groups(); group++) {
      int planeAt = group * pairedInputs * planeWords;
      // Small next to the sums: a thread that wakes for it would come too late.
      long pairs = (long) pairedInputs / 2 * planeWords;
      Parts ranges = Parts.of(planeWords, splitter, pairs);
      splitter.run(
          ranges.count(),
          part -> multiplyPairs(planes, planeAt, products, ranges.from(part), ranges.to(part)));
      addTaps(products, eta);
      PairPanel panel = new PairPanel(planes, planeWords, base, offsets, packed, eta);
      int rows = base.length / PairBlocks.POSITIONS;
      int items = PairWeights.blockCount(groupOutputs) * rows;
      Parts parts = Parts.shares(items, splitter, map.multiplyAdds() / map.groups());
      int outputAt = group * groupOutputs;
      splitter.run(
          parts.count(),
          part -> {
            int[] block = BLOCK.take(2 * PairBlocks.LANES * PairBlocks.POSITIONS);
            for (int item = parts.from(part); item < parts.to(part); item++) {
              block(panel, planeAt, outputAt, item / rows, item % rows, block, output);
            }
            BLOCK.give(block);
          });
    }
    SUMS.give(eta);
    PRODUCTS.give(products);
  }

  private void multiplyPairs(int[] planes, int planeAt, int[] products, int from, int to) {
    int planeWords = layout.planeWords();
    Arrays.fill(products, from, to, 0);
    for (int channel = 0; channel < pairedInputs; channel += 2) {
      int first = planeAt + channel * planeWords;
      int second = first + planeWords;
      for (int i = from; i < to; i++) {
        products[i] += planes[first + i] * planes[second + i];
      }
    }
  }

  private void addTaps(int[] products, int[] eta) {
    for (int n = 0; n < base.length; n++) {
      int sum = 0;
      for (int offset : tapOffsets) {
        sum += products[base[n] + offset];
      }
      eta[n] = sum;
    }
  }

  /** One block of outputs at one block of positions, written out channel by channel. */
  private void block(
      PairPanel panel, int planeAt, int outputAt, int block, int row, int[] sums, int[] output) {
    int n = row * PairBlocks.POSITIONS;
    int used = Math.min(PairBlocks.POSITIONS, positionCount - n);
    int vectors = PairWeights.vectors(groupOutputs, block);
    int width = vectors * PairBlocks.LANES;
    int group = outputAt / groupOutputs;
    int at = group * groupWords + (int) PairWeights.blockAt(block, offsets.length);
    PairBlocks.run(panel, n, planeAt, at, vectors, sums, 0, width);
    int firstChannel = block * 2 * PairBlocks.LANES;
    int channels = Math.min(width, groupOutputs - firstChannel);
    int to = (outputAt + firstChannel) * positionCount + n;
    for (int lane = 0; lane < channels; lane++, to += positionCount) {
      if (used == PairBlocks.POSITIONS) {
        storeFour(sums, lane, width, output, to);
        continue;
      }
      for (int position = 0; position < used; position++) {
        output[to + position] = sums[position * width + lane];
      }
    }
  }

  private static void storeFour(int[] sums, int lane, int width, int[] output, int to) {
    output[to] = sums[lane];
    output[to + 1] = sums[lane + width];
    output[to + 2] = sums[lane + 2 * width];
    output[to + 3] = sums[lane + 3 * width];
  }

  /** Estimated time in vector instructions on the multiplying ports. */
  static double cost(Convolution2d map) {
    int inputs = (map.inputChannels() / map.groups() + 1) / 2 * 2;
    int outputs = map.outputChannels() / map.groups();
    int vectors = (outputs + PairBlocks.LANES - 1) / PairBlocks.LANES;
    double positions = map.outputHeight() * map.outputWidth();
    double blocks = Math.ceil(positions / 4) * 4 * vectors * map.groups();
    return blocks * (2.5 * inputs * map.kernelHeight() * map.kernelWidth() + STORE_COST);
  }

  private int[] bases() {
    int block = PairBlocks.POSITIONS;
    int[] bases = new int[(positionCount + block - 1) / block * block];
    for (int n = 0; n < bases.length; n++) {
      int real = Math.min(n, positionCount - 1);
      bases[n] = real / map.outputWidth() * layout.rowWords() + real % map.outputWidth();
    }
    return bases;
  }

  private int[] pairOffsets() {
    int taps = tapOffsets.length;
    int[] pairs = new int[pairedInputs / 2 * taps];
    for (int pair = 0; pair < pairs.length; pair++) {
      pairs[pair] = pair / taps * 2 * layout.planeWords() + tapOffsets[pair % taps];
    }
    return pairs;
  }

  private void packGroup(int[] weights, int group) {
    int taps = tapOffsets.length;
    int weightAt = group * groupOutputs * groupInputs * taps;
    PairWeights.pack(
        groupOutputs,
        offsets.length,
        (output, pair, half) -> {
          int channel = pair / taps * 2 + half;
          return channel < groupInputs
              ? weights[weightAt + (output * groupInputs + channel) * taps + pair % taps]
              : 0;
        },
        packed,
        group * groupWords);
  }
}
