// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

/**
 * What one layer costs, exactly, per inference unless said otherwise.
 *
 * @param layer the layer's id
 * @param name the layer's name
 * @param rounds simultaneous openings, one network latency each
 * @param onlineBytesPerDirection payload from one party to the other; the same the other way
 * @param offlineBytes payload of corrections from the dealer, to one of the parties
 * @param setupBytesPerDirection payload of the weight opening, once per epoch
 * @param multiplyAdds of each party, online
 * @param failureProbability at most, that any element of the output is wrong; 0 in the fused suite
 */
public record LayerCost(
    int layer,
    String name,
    int rounds,
    long onlineBytesPerDirection,
    long offlineBytes,
    long setupBytesPerDirection,
    long multiplyAdds,
    double failureProbability) {

  /** Returns the cost of a layer of a plan. */
  static LayerCost of(PlanLayer layer) {
    if (layer instanceof WeightedLayer weighted) {
      int perElement = weighted instanceof FusedLinearLayer ? 1 : 2;
      return new LayerCost(
          layer.id(),
          layer.name(),
          1,
          words(weighted.roundWordCount()),
          words((long) perElement * layer.outputShape().elementCount()),
          words(weighted.setupWordCount()),
          weighted.map().multiplyAdds(),
          weighted instanceof ClassicLinearLayer c ? c.linear().failureProbability() : 0);
    }
    if (layer instanceof FusedActivationLayer activation) {
      return new LayerCost(
          activation.id(),
          activation.name(),
          1,
          words(activation.inputShape().elementCount()),
          words(activation.activation().correctionWordCount()),
          0,
          0,
          0);
    }
    if (layer instanceof ClassicActivationLayer classic) {
      return new LayerCost(
          classic.id(),
          classic.name(),
          classic.activation().roundCount(),
          classic.activation().onlineBytesPerDirection(),
          words(classic.activation().correctionWordCount()),
          0,
          0,
          classic.activation().failureProbability());
    }
    double failure = layer instanceof ClassicMeanPoolLayer pool ? pool.failureProbability() : 0;
    return new LayerCost(layer.id(), layer.name(), 0, 0, 0, 0, 0, failure);
  }

  private static long words(long count) {
    return count * Integer.BYTES;
  }
}
