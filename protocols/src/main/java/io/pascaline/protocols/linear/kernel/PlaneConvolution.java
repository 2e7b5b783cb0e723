// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;

/**
 * Convolution with output positions in the vector lanes, over unfolded planes. For few channels a
 * group (depthwise, first and last layers), which would leave lanes of {@link PairedConvolution}
 * idle. Positions run through the columns between rows too; those sums are dropped.
 */
final class PlaneConvolution extends LinearMethod {
  private static final int STEP = 2 * PlaneBlocks.LANES;
  private static final int STRETCH_WORDS = 32 * STEP;
  private static final int SUM_STRIDE = STRETCH_WORDS + STEP;
  private static final Scratch PLANES = new Scratch();
  private static final Scratch SUMS = new Scratch();

  private final Convolution2d map;
  private final PlaneLayout layout;
  private final int groupInputs;
  private final int groupOutputs;
  private final int wholeBlocks;
  private final int itemsPerGroup;
  private final int[] offsets;
  private final int[] packed;

  PlaneConvolution(Convolution2d map, int[] weights, LinearKernel owner) {
    super(map, owner);
    this.map = map;
    this.layout = new PlaneLayout(map);
    this.groupInputs = map.inputChannels() / map.groups();
    this.groupOutputs = map.outputChannels() / map.groups();
    this.wholeBlocks = groupOutputs / PlaneBlocks.CHANNELS;
    this.itemsPerGroup = wholeBlocks + groupOutputs % PlaneBlocks.CHANNELS;
    this.offsets = layout.offsets(groupInputs);
    this.packed = weights.clone();
    for (int group = 0; group < map.groups(); group++) {
      for (int block = 0; block < wholeBlocks; block++) {
        interleave(weights, group * groupOutputs + block * PlaneBlocks.CHANNELS);
      }
    }
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    // The last vector steps back to end with the run, so in place nothing is read past the input.
    if (layout.isIdentity() && layout.runWords() >= STEP) {
      channels(input, output, splitter);
      return;
    }
    int planeWords = layout.planeWords();
    int[] planes = PLANES.take(map.inputChannels() * planeWords + STEP);
    Parts parts = Parts.of(map.inputChannels(), splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          for (int channel = parts.from(part); channel < parts.to(part); channel++) {
            layout.fill(input, channel, planes, channel * planeWords);
          }
        });
    channels(planes, output, splitter);
    PLANES.give(planes);
  }

  private void channels(int[] planes, int[] output, WorkSplitter splitter) {
    int stretches = (layout.runWords() + STRETCH_WORDS - 1) / STRETCH_WORDS;
    int items = Math.multiplyExact(stretches, map.groups() * itemsPerGroup);
    Parts parts = Parts.shares(items, splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          int[] sums = SUMS.take(PlaneBlocks.CHANNELS * SUM_STRIDE);
          for (int item = parts.from(part); item < parts.to(part); item++) {
            int channels = item / stretches;
            stretch(planes, channels, item % stretches * STRETCH_WORDS, sums, output);
          }
          SUMS.give(sums);
        });
  }

  private void stretch(int[] planes, int item, int from, int[] sums, int[] output) {
    int group = item / itemsPerGroup;
    int block = item % itemsPerGroup;
    boolean four = block < wholeBlocks;
    int channel =
        group * groupOutputs
            + (four
                ? block * PlaneBlocks.CHANNELS
                : wholeBlocks * PlaneBlocks.CHANNELS + block - wholeBlocks);
    int planeAt = group * groupInputs * layout.planeWords();
    int weightAt = channel * offsets.length;
    int to = Math.min(layout.runWords(), from + STRETCH_WORDS);
    int last = Math.max(0, layout.runWords() - STEP);
    for (int i = from; i < to; i += STEP) {
      int at = Math.min(i, last);
      int sumAt = at - from + STEP;
      if (four) {
        PlaneBlocks.four(planes, planeAt + at, offsets, packed, weightAt, sums, sumAt, SUM_STRIDE);
      } else {
        PlaneBlocks.one(planes, planeAt + at, offsets, packed, weightAt, sums, sumAt);
      }
    }
    int positions = map.outputHeight() * map.outputWidth();
    for (int i = 0; i < (four ? PlaneBlocks.CHANNELS : 1); i++) {
      int sumAt = i * SUM_STRIDE + STEP;
      layout.keepOutputs(sums, sumAt, from, to, output, (channel + i) * positions);
    }
  }

  /** Estimated time, in the unit of {@link PairedConvolution#cost}. */
  static double cost(Convolution2d map) {
    double taps =
        (double) map.inputChannels() / map.groups() * map.kernelHeight() * map.kernelWidth();
    double vectors =
        Math.ceil((double) new PlaneLayout(map).runWords() / STEP) * STEP / PlaneBlocks.LANES;
    return map.outputChannels() * vectors * (3.4 * taps + 4);
  }

  /** Turns four rows of weights into rows of four. */
  private void interleave(int[] weights, int channel) {
    int taps = offsets.length;
    int at = channel * taps;
    for (int tap = 0; tap < taps; tap++) {
      for (int i = 0; i < PlaneBlocks.CHANNELS; i++) {
        packed[at + tap * PlaneBlocks.CHANNELS + i] = weights[at + i * taps + tap];
      }
    }
  }
}
