// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.Shape;
import java.util.ArrayList;
import java.util.List;

/**
 * What the arrays of each role take in memory, in bytes, from the plan alone. Objects and headers
 * of arrays, some 300 bytes for each layer of an inference, come on top, as does what a garbage
 * collector leaves between large arrays.
 *
 * @param shareBytes a party's share of weights and biases, or the weights and biases
 * @param packedBytes one set of weights in the order in which the kernel reads them
 * @param packedSets how many sets a party holds: two of shared weights, the opened ones and its
 *     own; one of others
 * @param dealerSets how many the dealer holds: one, unless the weights are public
 * @param openings how many openings of all weights a party holds while an epoch begins: its own and
 *     the peer's; one of owned weights, none of public ones
 * @param correlationBytes by layer id: what a party holds of one inference from the arrival of the
 *     layer's correction until the layer has run
 * @param sessionBytes what one inference takes at a party beside its correlations at the widest
 *     place: tensors between layers, and what the layer that runs sends, receives and makes
 * @param dealBytes by layer id: what the dealer needs to make one correction, the correction
 *     included
 */
public record MemoryNeed(
    long shareBytes,
    long packedBytes,
    int packedSets,
    int dealerSets,
    int openings,
    List<Long> correlationBytes,
    long sessionBytes,
    List<Long> dealBytes) {

  /** Copies the lists. */
  public MemoryNeed {
    correlationBytes = List.copyOf(correlationBytes);
    dealBytes = List.copyOf(dealBytes);
  }

  /**
   * Returns the need of a plan.
   *
   * @param plan the plan
   * @param kernel of linear maps on words, which packs the weights
   */
  public static MemoryNeed of(NetworkPlan plan, LinearKernel kernel) {
    long share = 0;
    long packed = 0;
    List<Long> correlations = new ArrayList<>();
    List<Long> deals = new ArrayList<>();
    KnownShares known = plan.knownShares();
    for (PlanLayer layer : plan.layers()) {
      LayerCost cost = LayerCost.of(layer);
      if (layer instanceof WeightedLayer weighted) {
        share += bytes(plan, weighted.map().weightShape());
        share += weighted.biased() ? bytes(plan, Shape.of(weighted.biasCount())) : 0;
        packed += weighted.packedBytes(kernel);
      }
      // Masks are as long as what they mask, and both parties hold a share of what is dealt.
      long correlation = cost.onlineBytesPerDirection() + cost.offlineBytes();
      // Party 0 keeps what party 1 opens in advance, and party 1 until it sends it; party 1 keeps
      // the new share of an input.
      boolean isKeptOnce = known.opensInAdvance(layer.id()) || known.reshares(layer.id());
      correlations.add(correlation + (isKeptOnce ? cost.onlineBytesPerDirection() : 0));
      // The shares that the dealer draws twice and sums, and the secret beside the correction.
      deals.add(
          cost.offlineBytes() == 0
              ? 0
              : 2 * (cost.onlineBytesPerDirection() + cost.offlineBytes()));
    }
    Visibility visibility = plan.visibility();
    int openings =
        switch (visibility) {
          case SHARED -> 2;
          case OWNED -> 1;
          case PUBLIC -> 0;
        };
    return new MemoryNeed(
        share,
        packed,
        visibility == Visibility.SHARED ? 2 : 1,
        visibility == Visibility.PUBLIC ? 0 : 1,
        openings,
        correlations,
        session(plan),
        deals);
  }

  private static long session(NetworkPlan plan) {
    int count = plan.layers().size();
    int[] lastReader = new int[count + 1];
    lastReader[count] = count;
    for (PlanLayer layer : plan.layers()) {
      for (int input : layer.inputs()) {
        lastReader[input + 1] = layer.id();
      }
    }
    // Index 0 is the network's input, index i + 1 the output of layer i.
    long live = bytes(plan, plan.inputShape());
    long widest = live;
    for (PlanLayer layer : plan.layers()) {
      long output = bytes(plan, layer.outputShape());
      // The opening that is sent, the one that came, and a product before it is added.
      long working = 2 * LayerCost.of(layer).onlineBytesPerDirection();
      working += layer instanceof WeightedLayer ? output : 0;
      widest = Math.max(widest, live + output + working);
      live += output;
      for (int tensor = 0; tensor <= layer.id(); tensor++) {
        if (lastReader[tensor] == layer.id()) {
          live -= bytes(plan, tensor == 0 ? plan.inputShape() : outputShape(plan, tensor - 1));
        }
      }
    }
    return widest;
  }

  private static Shape outputShape(NetworkPlan plan, int layer) {
    return plan.layers().get(layer).outputShape();
  }

  private static long bytes(NetworkPlan plan, Shape shape) {
    return (long) Integer.BYTES * plan.ring().wordCount(shape);
  }

  /** Returns what weights take at a party: those of its model share, and the packed ones. */
  public long partyWeightBytes() {
    return shareBytes + partyPackedBytes();
  }

  /** Returns what the packed weights take at a party. */
  public long partyPackedBytes() {
    return packedSets * packedBytes;
  }

  /**
   * Returns what the openings of the weights take at a party, its own and the peer's, until the
   * last layer is packed.
   */
  public long openingsBytes() {
    return openings * shareBytes;
  }

  /** Returns what weights take at the dealer: their mask. */
  public long dealerWeightBytes() {
    return dealerSets * packedBytes;
  }

  /** Returns what all correlations take of one inference at a party. */
  public long correlationBytesOfInference() {
    return correlationBytes.stream().mapToLong(Long::longValue).sum();
  }

  /**
   * Returns what one inference takes at a party: its correlations, and the session that uses them.
   */
  public long inferenceBytes() {
    return correlationBytesOfInference() + sessionBytes;
  }

  /** Returns what the correlation takes of the layer that needs most, at a party. */
  public long largestCorrelationBytes() {
    return correlationBytes.stream().mapToLong(Long::longValue).max().orElse(0);
  }

  /** Returns what the correction takes to make that needs most, at the dealer. */
  public long largestDealBytes() {
    return dealBytes.stream().mapToLong(Long::longValue).max().orElse(0);
  }
}
