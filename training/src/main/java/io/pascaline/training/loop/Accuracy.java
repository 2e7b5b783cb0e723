// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.pascaline.images.set.ImageSet;
import io.pascaline.training.data.ChannelNormalisation;

/** Counts images that a network classifies rightly, and watches its activations' inputs. */
final class Accuracy {
  private static final int BATCH = 250;

  private final ImageSet images;
  private final ChannelNormalisation normalisation;

  /** A network's run on some images. */
  interface Run {
    /**
     * Runs it.
     *
     * @param scratch owns what it makes
     * @param inputs [count, C, H, W]
     * @return logits and activation inputs
     */
    NDList of(NDManager scratch, float[] inputs, int count);
  }

  Accuracy(ImageSet images, ChannelNormalisation normalisation) {
    this.images = images;
    this.normalisation = normalisation;
  }

  EvaluationReport of(NDManager manager, int activations, Run run) {
    float[] largest = new float[activations];
    int samples = images.sampleCount();
    byte[] pixels = new byte[samples];
    int hits = 0;
    for (int from = 0; from < images.count(); from += BATCH) {
      int count = Math.min(BATCH, images.count() - from);
      float[] inputs = new float[count * samples];
      int[] labels = new int[count];
      for (int i = 0; i < count; i++) {
        images.pixels(from + i, pixels);
        normalisation.apply(pixels, inputs, i * samples);
        labels[i] = images.label(from + i);
      }
      try (NDManager scratch = manager.newSubManager()) {
        NDList outputs = run.of(scratch, inputs, count);
        hits += hits(outputs.get(0).toFloatArray(), labels);
        for (int i = 0; i < activations; i++) {
          NDArray input = outputs.get(i + 1);
          largest[i] = Math.max(largest[i], input.abs().max().getFloat());
        }
      }
    }
    return new EvaluationReport((double) hits / images.count(), largest);
  }

  /** Returns how many rows of logits are largest at their label. */
  static int hits(float[] logits, int[] labels) {
    int classCount = logits.length / labels.length;
    int hits = 0;
    for (int i = 0; i < labels.length; i++) {
      int best = 0;
      for (int j = 1; j < classCount; j++) {
        if (logits[i * classCount + j] > logits[i * classCount + best]) {
          best = j;
        }
      }
      hits += best == labels[i] ? 1 : 0;
    }
    return hits;
  }
}
