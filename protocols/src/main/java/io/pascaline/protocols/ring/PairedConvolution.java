package io.pascaline.protocols.ring;

import java.util.Arrays;

/**
 * Convolution with output channels in the vector lanes. Input words are broadcast straight from the
 * unfolded planes, so nothing is gathered into columns; neighbouring input channels form the pairs
 * of {@link PairBlocks}. For groups with enough channels to fill the lanes.
 */
final class PairedConvolution extends PackedWeights {
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
    final long words = PairWeights.words(groupOutputs, offsets.length);
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
    final int planeWords = layout.planeWords();
    final int[] planes = PLANES.take(map.groups() * pairedInputs * planeWords);
    final Parts parts = Parts.of(map.groups() * pairedInputs, splitter, map.multiplyAdds());
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
    final int at = slot * layout.planeWords();
    final int channel = slot % pairedInputs;
    if (channel < groupInputs) {
      layout.fill(input, slot / pairedInputs * groupInputs + channel, planes, at);
    } else {
      Arrays.fill(planes, at, at + layout.planeWords(), 0);
    }
  }

  private void groups(int[] planes, int[] output, WorkSplitter splitter) {
    final int[] products = PRODUCTS.take(layout.planeWords());
    final int[] eta = SUMS.take(base.length);
    final int planeWords = layout.planeWords();
    for (int group = 0; group < map.groups(); group++) {
      final int planeAt = group * pairedInputs * planeWords;
      final Parts ranges = Parts.of(planeWords, splitter, map.multiplyAdds() / map.groups());
      splitter.run(
          ranges.count(),
          part -> multiplyPairs(planes, planeAt, products, ranges.from(part), ranges.to(part)));
      addTaps(products, eta);
      final PairPanel panel = new PairPanel(planes, planeWords, base, offsets, packed, eta);
      final int rows = base.length / PairBlocks.POSITIONS;
      final int items = PairWeights.blockCount(groupOutputs) * rows;
      final Parts parts = Parts.of(items, splitter, map.multiplyAdds() / map.groups());
      final int outputAt = group * groupOutputs;
      splitter.run(
          parts.count(),
          part -> {
            final int[] block = BLOCK.take(2 * PairBlocks.LANES * PairBlocks.POSITIONS);
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
    final int planeWords = layout.planeWords();
    Arrays.fill(products, from, to, 0);
    for (int channel = 0; channel < pairedInputs; channel += 2) {
      final int first = planeAt + channel * planeWords;
      final int second = first + planeWords;
      for (int i = from; i < to; i++) {
        products[i] += planes[first + i] * planes[second + i];
      }
    }
  }

  private void addTaps(int[] products, int[] eta) {
    for (int n = 0; n < base.length; n++) {
      int sum = 0;
      for (final int offset : tapOffsets) {
        sum += products[base[n] + offset];
      }
      eta[n] = sum;
    }
  }

  /** One block of outputs at one block of positions, written out channel by channel. */
  private void block(
      PairPanel panel, int planeAt, int outputAt, int block, int row, int[] sums, int[] output) {
    final int n = row * PairBlocks.POSITIONS;
    final int used = Math.min(PairBlocks.POSITIONS, positionCount - n);
    final int vectors = PairWeights.vectors(groupOutputs, block);
    final int width = vectors * PairBlocks.LANES;
    final int group = outputAt / groupOutputs;
    final int at = group * groupWords + (int) PairWeights.blockAt(block, offsets.length);
    PairBlocks.run(panel, n, planeAt, at, vectors, sums, 0, width);
    final int firstChannel = block * 2 * PairBlocks.LANES;
    final int channels = Math.min(width, groupOutputs - firstChannel);
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
    final int inputs = (map.inputChannels() / map.groups() + 1) / 2 * 2;
    final int outputs = map.outputChannels() / map.groups();
    final int vectors = (outputs + PairBlocks.LANES - 1) / PairBlocks.LANES;
    final double positions = map.outputHeight() * map.outputWidth();
    final double blocks = Math.ceil(positions / 4) * 4 * vectors * map.groups();
    return blocks * (2.5 * inputs * map.kernelHeight() * map.kernelWidth() + STORE_COST);
  }

  private int[] bases() {
    final int block = PairBlocks.POSITIONS;
    final int[] bases = new int[(positionCount + block - 1) / block * block];
    for (int n = 0; n < bases.length; n++) {
      final int real = Math.min(n, positionCount - 1);
      bases[n] = real / map.outputWidth() * layout.rowWords() + real % map.outputWidth();
    }
    return bases;
  }

  private int[] pairOffsets() {
    final int taps = tapOffsets.length;
    final int[] pairs = new int[pairedInputs / 2 * taps];
    for (int pair = 0; pair < pairs.length; pair++) {
      pairs[pair] = pair / taps * 2 * layout.planeWords() + tapOffsets[pair % taps];
    }
    return pairs;
  }

  private void packGroup(int[] weights, int group) {
    final int taps = tapOffsets.length;
    final int weightAt = group * groupOutputs * groupInputs * taps;
    PairWeights.pack(
        groupOutputs,
        offsets.length,
        (output, pair, half) -> {
          final int channel = pair / taps * 2 + half;
          return channel < groupInputs
              ? weights[weightAt + (output * groupInputs + channel) * taps + pair % taps]
              : 0;
        },
        packed,
        group * groupWords);
  }
}
