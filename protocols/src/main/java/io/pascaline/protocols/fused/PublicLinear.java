// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.fused;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.WordShare;
import io.pascaline.protocols.step.PartyStep;
import java.util.Objects;

/**
 * A linear map in Z_2^32 whose weights W both parties know; * is the layer's map.
 *
 * <pre>
 *   online, per inference
 *     1   Party i outputs y_i = W*x_i, P0 with the bias added.
 * </pre>
 *
 * <p>The shares sum to W*x, exactly. Nothing is opened, and the dealer deals nothing.
 *
 * <p>Rounds: 0. Online, correction and setup: 0 bytes. Error: none. Probability of failure: 0. Work
 * per inference: one convolution at each party. An output share is a linear function of the input
 * share: together the shares say no more than W and the output do, but they need not be uniform.
 * Immutable and thread-safe.
 */
public final class PublicLinear {
  private final int partyId;
  private final LinearMap map;
  private final LinearKernel kernel;
  private final PackedWeights weights;

  /** One word per output channel, or null. */
  private final int[] biasOrNull;

  /**
   * Packs the weights for one party.
   *
   * @param partyId 0 or 1
   * @param map the layer's geometry
   * @param weights W, row-major; read, not kept
   * @param biasOrNull one word per output channel, with the fraction bits of the output; copied. P1
   *     leaves it to P0
   * @throws IllegalArgumentException if a length is wrong, or the party is neither 0 nor 1
   */
  public PublicLinear(
      int partyId, LinearMap map, LinearKernel kernel, WordShare weights, WordShare biasOrNull) {
    this.partyId = PartyStep.requirePartyId(partyId);
    this.map = Objects.requireNonNull(map, "map");
    this.kernel = kernel;
    int[] words = weights.words();
    Words.requireLength("weights", words.length, map.weightShape().elementCount());
    this.weights = kernel.pack(map, words);
    this.biasOrNull = Words.copyOfBias(biasOrNull, map.outputShape().dim(0));
  }

  /**
   * Returns this party's share of the output, which the caller owns.
   *
   * @param input this party's share; read, not kept
   * @throws IllegalArgumentException if it has the wrong length
   */
  public WordShare apply(WordShare input, WorkSplitter splitter) {
    int[] x = input.words();
    Words.requireLength("input", x.length, map.inputShape().elementCount());
    // 1. y_i = W*x_i, and the bias at P0.
    int[] y = new int[map.outputShape().elementCount()];
    kernel.apply(weights, x, y, splitter);
    if (partyId == 0) {
      Words.addBias(y, biasOrNull);
    }
    return WordShare.of(map.outputShape(), y);
  }

  @Override
  public String toString() {
    return "PublicLinear[partyId=" + partyId + ", map=" + map + "]";
  }
}
