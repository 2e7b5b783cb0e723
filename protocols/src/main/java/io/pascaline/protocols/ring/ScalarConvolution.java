package io.pascaline.protocols.ring;

import java.util.Arrays;

/**
 * Convolution over unfolded planes: for each output channel, taps are added four at a time to the
 * whole run of outputs, in stretches that stay in the first-level cache.
 */
final class ScalarConvolution extends PackedWeights {
  private static final int STRETCH_WORDS = 1 << 10;
  private static final Scratch PLANES = new Scratch();
  private static final Scratch SUMS = new Scratch();

  private final Convolution2d map;
  private final int[] words;
  private final PlaneLayout layout;
  private final int[] offsets;

  ScalarConvolution(Convolution2d map, int[] words, LinearKernel owner) {
    super(map, owner);
    this.map = map;
    this.words = words;
    this.layout = new PlaneLayout(map);
    this.offsets = layout.offsets(map.inputChannels() / map.groups());
  }

  @Override
  void compute(int[] input, int[] output, WorkSplitter splitter) {
    if (layout.isIdentity()) {
      channels(input, output, splitter);
      return;
    }
    final int planeWords = layout.planeWords();
    final int[] planes = PLANES.take(map.inputChannels() * planeWords);
    final Parts parts = Parts.of(map.inputChannels(), splitter, map.multiplyAdds());
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
    final Parts parts = Parts.of(map.outputChannels(), splitter, map.multiplyAdds());
    splitter.run(
        parts.count(),
        part -> {
          final int[] sums = SUMS.take(layout.runWords());
          for (int channel = parts.from(part); channel < parts.to(part); channel++) {
            channel(planes, output, channel, sums);
          }
          SUMS.give(sums);
        });
  }

  private void channel(int[] planes, int[] output, int channel, int[] sums) {
    final int group = channel / (map.outputChannels() / map.groups());
    final int planeAt = group * (map.inputChannels() / map.groups()) * layout.planeWords();
    final int runWords = layout.runWords();
    for (int from = 0; from < runWords; from += STRETCH_WORDS) {
      stretch(planes, planeAt, channel, sums, from, Math.min(runWords, from + STRETCH_WORDS));
    }
    final int width = map.outputWidth();
    int at = channel * map.outputHeight() * width;
    for (int y = 0; y < map.outputHeight(); y++, at += width) {
      System.arraycopy(sums, y * layout.rowWords(), output, at, width);
    }
  }

  private void stretch(int[] planes, int planeAt, int channel, int[] sums, int from, int to) {
    Arrays.fill(sums, from, to, 0);
    final int weightAt = channel * offsets.length;
    int tap = 0;
    for (; tap + 4 <= offsets.length; tap += 4) {
      addFour(planes, planeAt, tap, weightAt + tap, sums, from, to);
    }
    for (; tap < offsets.length; tap++) {
      final int weight = words[weightAt + tap];
      final int at = planeAt + offsets[tap];
      for (int i = from; i < to; i++) {
        sums[i] += weight * planes[at + i];
      }
    }
  }

  private void addFour(
      int[] planes, int planeAt, int tap, int weightAt, int[] sums, int from, int to) {
    final int weight0 = words[weightAt];
    final int weight1 = words[weightAt + 1];
    final int weight2 = words[weightAt + 2];
    final int weight3 = words[weightAt + 3];
    final int at0 = planeAt + offsets[tap];
    final int at1 = planeAt + offsets[tap + 1];
    final int at2 = planeAt + offsets[tap + 2];
    final int at3 = planeAt + offsets[tap + 3];
    for (int i = from; i < to; i++) {
      sums[i] +=
          weight0 * planes[at0 + i]
              + weight1 * planes[at1 + i]
              + weight2 * planes[at2 + i]
              + weight3 * planes[at3 + i];
    }
  }
}
