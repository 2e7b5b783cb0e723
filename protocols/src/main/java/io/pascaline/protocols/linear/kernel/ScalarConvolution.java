// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear.kernel;

import io.pascaline.protocols.linear.Convolution2d;
import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.Arrays;

/**
 * Convolution over unfolded planes in plain Java. Taps of a stretch of outputs are first copied
 * into arrays of their own, so that the loop over outputs indexes every array alike: compilers
 * vectorise that, but not loops in which arrays that might overlap are read at different offsets.
 */
final class ScalarConvolution extends LinearMethod {
  private static final int STRETCH_WORDS = 1 << 8;
  private static final int TAP_BLOCK = 1 << 6;
  private static final Scratch PLANES = new Scratch();

  private final Convolution2d map;
  private final int[] words;
  private final PlaneLayout layout;
  private final int groupOutputs;
  private final int[] offsets;

  ScalarConvolution(Convolution2d map, int[] words, LinearKernel owner) {
    super(map, owner);
    this.map = map;
    this.words = words;
    this.layout = new PlaneLayout(map);
    this.groupOutputs = map.outputChannels() / map.groups();
    this.offsets = layout.offsets(map.inputChannels() / map.groups());
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    if (layout.isIdentity()) {
      channels(input, output, splitter);
      return;
    }
    int planeWords = layout.planeWords();
    int[] planes = PLANES.take(map.inputChannels() * planeWords);
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
    Parts parts = Parts.of(map.outputChannels(), splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          int stretch = Math.min(STRETCH_WORDS, layout.runWords());
          int[][] taps = new int[Math.min(TAP_BLOCK, offsets.length)][stretch];
          int[][] sums = new int[Math.min(groupOutputs, parts.to(part))][stretch];
          int channel = parts.from(part);
          while (channel < parts.to(part)) {
            int groupEnd = (channel / groupOutputs + 1) * groupOutputs;
            int to = Math.min(groupEnd, parts.to(part));
            for (int from = 0; from < layout.runWords(); from += stretch) {
              stretch(planes, channel, to, from, taps, sums, output);
            }
            channel = to;
          }
        });
  }

  private void stretch(
      int[] planes, int channel, int to, int from, int[][] taps, int[][] sums, int[] output) {
    int group = channel / groupOutputs;
    int planeAt = group * (map.inputChannels() / map.groups()) * layout.planeWords() + from;
    int count = Math.min(layout.runWords() - from, STRETCH_WORDS);
    for (int first = 0; first < offsets.length; first += TAP_BLOCK) {
      int tapCount = Math.min(TAP_BLOCK, offsets.length - first);
      for (int tap = 0; tap < tapCount; tap++) {
        System.arraycopy(planes, planeAt + offsets[first + tap], taps[tap], 0, count);
      }
      for (int i = channel; i < to; i++) {
        int[] sum = sums[i - channel];
        if (first == 0) {
          Arrays.fill(sum, 0);
        }
        addTaps(taps, tapCount, i * offsets.length + first, sum, count);
      }
    }
    int positions = map.outputHeight() * map.outputWidth();
    for (int i = channel; i < to; i++) {
      layout.keepOutputs(sums[i - channel], 0, from, from + count, output, i * positions);
    }
  }

  private void addTaps(int[][] taps, int tapCount, int weightAt, int[] sum, int count) {
    int tap = 0;
    for (; tap + 4 <= tapCount; tap += 4) {
      addFour(taps[tap], taps[tap + 1], taps[tap + 2], taps[tap + 3], weightAt + tap, sum, count);
    }
    for (; tap < tapCount; tap++) {
      addOne(taps[tap], words[weightAt + tap], sum, count);
    }
  }

  private void addFour(
      int[] tap0, int[] tap1, int[] tap2, int[] tap3, int weightAt, int[] sum, int count) {
    int weight0 = words[weightAt];
    int weight1 = words[weightAt + 1];
    int weight2 = words[weightAt + 2];
    int weight3 = words[weightAt + 3];
    for (int i = 0; i < count; i++) {
      sum[i] += weight0 * tap0[i] + weight1 * tap1[i] + weight2 * tap2[i] + weight3 * tap3[i];
    }
  }

  private static void addOne(int[] tap, int weight, int[] sum, int count) {
    for (int i = 0; i < count; i++) {
      sum[i] += weight * tap[i];
    }
  }
}
