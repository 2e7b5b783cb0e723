// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedProduct;

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
    return switch (layer.kind()) {
      case FUSED_LINEAR -> weighted((FusedLinearLayer) layer, 1, 0);
      case CLASSIC_LINEAR -> {
        ClassicLinearLayer linear = (ClassicLinearLayer) layer;
        yield weighted(linear, 2, linear.linear().failureProbability());
      }
      case FUSED_ACTIVATION, FUSED_HARMONIC -> {
        FusedFunctionLayer function = (FusedFunctionLayer) layer;
        yield new LayerCost(
            function.id(),
            function.name(),
            1,
            words(function.inputShape().elementCount()),
            words(function.activation().correctionWordCount()),
            0,
            0,
            0);
      }
      case FUSED_PRODUCT -> {
        FusedProduct product = ((FusedProductLayer) layer).product();
        yield new LayerCost(
            layer.id(),
            layer.name(),
            1,
            words(product.inputCount()),
            words(product.correctionWordCount()),
            0,
            0,
            0);
      }
      case CLASSIC_ACTIVATION -> {
        ClassicActivationLayer classic = (ClassicActivationLayer) layer;
        yield new LayerCost(
            classic.id(),
            classic.name(),
            classic.activation().roundCount(),
            classic.activation().onlineBytesPerDirection(),
            words(classic.activation().correctionWordCount()),
            0,
            0,
            classic.activation().failureProbability());
      }
      case CLASSIC_MEAN_POOL -> local(layer, ((ClassicMeanPoolLayer) layer).failureProbability());
      case FUSED_SUM_POOL, JOIN, VIEW, CONCAT -> local(layer, 0);
    };
  }

  private static LayerCost weighted(
      WeightedLayer layer, int correctionWordsPerElement, double failureProbability) {
    return new LayerCost(
        layer.id(),
        layer.name(),
        1,
        words(layer.roundWordCount()),
        words((long) correctionWordsPerElement * layer.outputShape().elementCount()),
        words(layer.setupWordCount()),
        layer.map().multiplyAdds(),
        failureProbability);
  }

  private static LayerCost local(PlanLayer layer, double failureProbability) {
    return new LayerCost(layer.id(), layer.name(), 0, 0, 0, 0, 0, failureProbability);
  }

  private static long words(long count) {
    return count * Integer.BYTES;
  }
}
