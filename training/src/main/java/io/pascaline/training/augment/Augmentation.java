// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.augment;

/**
 * How training images are varied.
 *
 * @param padding pixels by which an image is moved at most, in both directions; what comes in from
 *     outside is black, as if the image had been padded and cropped
 * @param mirrored whether an image is mirrored left to right with probability one half
 * @param mixUp parameter of the Beta distribution of mix-up (H. Zhang et al., ICLR 2018), from 0
 *     (never) to 1
 * @param cutMix the same of cut-mix (S. Yun et al., ICCV 2019); where both are positive, a mixed
 *     batch is one or the other with probability one half
 * @param mixedShare share of the batches that are mixed, from 0 to 1
 */
public record Augmentation(
    int padding, boolean mirrored, double mixUp, double cutMix, double mixedShare) {
  /** Images as they are. */
  public static final Augmentation NONE = new Augmentation(0, false, 0, 0, 0);

  /** Checks the ranges. */
  public Augmentation {
    if (padding < 0) {
      throw new IllegalArgumentException("padding " + padding + " is negative");
    }
    requireShare("mixUp", mixUp);
    requireShare("cutMix", cutMix);
    requireShare("mixedShare", mixedShare);
  }

  /** Moved by up to {@code padding} pixels and mirrored; not mixed. */
  public static Augmentation cropAndMirror(int padding) {
    return new Augmentation(padding, true, 0, 0, 0);
  }

  /** Returns the same, with a share of the batches mixed. */
  public Augmentation withMixing(double newMixUp, double newCutMix, double newMixedShare) {
    return new Augmentation(padding, mirrored, newMixUp, newCutMix, newMixedShare);
  }

  /** Returns whether any batch may be mixed. */
  boolean mixes() {
    return mixedShare > 0 && (mixUp > 0 || cutMix > 0);
  }

  private static void requireShare(String name, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " " + value + " is not from 0 to 1");
    }
  }
}
