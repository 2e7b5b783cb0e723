// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.systemtests.resilience;

import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.testsupport.RightAnswers;
import io.pascaline.testsupport.SmallNetworks;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

/**
 * A network with random weights, shallow enough for a rigorous bound of its answers, and images by
 * number, so that processes need to tell each other no more than the number.
 */
final class SmallNetwork {
  private static final long WEIGHTS_SEED = 41;
  private static final int CALIBRATION_IMAGES = 64;

  private final FusedNetwork network;
  private final RightAnswers answers;

  private SmallNetwork(FusedNetwork network) {
    this.network = network;
    this.answers = new RightAnswers(network);
  }

  /** conv, act, conv, act, pool, fully connected, with that many channels of side x side. */
  static SmallNetwork of(int channels, int side) {
    int elementCount = SmallNetworks.inputShape(side).elementCount();
    return new SmallNetwork(
        SmallNetworks.plain(
            new SplittableRandom(WEIGHTS_SEED),
            channels,
            side,
            () ->
                LongStream.range(0, CALIBRATION_IMAGES)
                    .mapToObj(number -> image(elementCount, number))
                    .toList()));
  }

  /** Returns the compiled network. */
  FusedNetwork network() {
    return network;
  }

  /** Returns the image of that number; any number has one. */
  float[] image(long number) {
    return image(network.plan().inputShape().elementCount(), number);
  }

  /** Returns the image of that number for a network with that many inputs. */
  static float[] image(int elementCount, long number) {
    return SmallNetworks.image(elementCount, new SplittableRandom(number));
  }

  /**
   * Compares an answer with the integer semantics, within the bound derived for that very image.
   *
   * @return null if it is right, what is wrong otherwise
   */
  String faultOf(long imageNumber, int[] logitWords) {
    String fault = answers.faultOf(image(imageNumber), logitWords);
    return fault == null ? null : "image " + imageNumber + ": " + fault;
  }

  /** Returns the next image whose right answers are none for that one: the bounds leave a gap. */
  long unlike(long imageNumber) {
    float[] image = image(imageNumber);
    long other = imageNumber + 1;
    while (!answers.differ(image, image(other))) {
      other++;
    }
    return other;
  }
}
