// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.layers.plan;

import io.pascaline.protocols.fused.FusedProduct;

/**
 * What one layer costs, exactly, per inference unless said otherwise.
 *
 * @param layer the layer's id
 * @param name the layer's name
 * @param rounds simultaneous openings, or messages from one party to the other; one network latency
 *     each
 * @param online payload of the openings of the online phase, by party
 * @param advanceBytes payload of the opening that party 1 sends to party 0 in the offline phase
 * @param offlineBytes payload of corrections from the dealer, to one of the parties
 * @param setup payload of the weight opening, once per epoch, by party
 * @param multiplyAdds online, of each party that multiplies: of P0 alone if the weights are its own
 * @param failureProbability at most, that any element of the output is wrong; 0 in the fused suite
 */
public record LayerCost(
    int layer,
    String name,
    int rounds,
    SentBytes online,
    long advanceBytes,
    long offlineBytes,
    SentBytes setup,
    long multiplyAdds,
    double failureProbability) {

  /**
   * Returns the cost of a layer of a plan, with all of its openings in the online phase; see {@link
   * #inAdvance}.
   */
  static LayerCost of(PlanLayer layer) {
    return switch (layer.kind()) {
      case FUSED_LINEAR -> weighted((FusedLinearLayer) layer, 1, 0);
      case CLASSIC_LINEAR -> {
        ClassicLinearLayer linear = (ClassicLinearLayer) layer;
        yield weighted(linear, 2, linear.linear().failureProbability());
      }
      case FUSED_ACTIVATION, FUSED_HARMONIC -> {
        FusedFunctionLayer function = (FusedFunctionLayer) layer;
        yield function(
            layer,
            1,
            function.inputShape().elementCount(),
            function.activation().correctionWordCount(),
            0);
      }
      case FUSED_PRODUCT -> {
        FusedProduct product = ((FusedProductLayer) layer).product();
        yield function(layer, 1, product.inputCount(), product.correctionWordCount(), 0);
      }
      case CLASSIC_ACTIVATION -> {
        ClassicActivationLayer classic = (ClassicActivationLayer) layer;
        yield function(
            layer,
            classic.activation().roundCount(),
            classic.activation().onlineBytesPerDirection() / Integer.BYTES,
            classic.activation().correctionWordCount(),
            classic.activation().failureProbability());
      }
      case CLASSIC_MEAN_POOL -> local(layer, ((ClassicMeanPoolLayer) layer).failureProbability());
      case FUSED_SUM_POOL, JOIN, VIEW, CONCAT -> local(layer, 0);
    };
  }

  private static LayerCost function(
      PlanLayer layer,
      int rounds,
      long onlineWords,
      long correctionWords,
      double failureProbability) {
    return new LayerCost(
        layer.id(),
        layer.name(),
        rounds,
        SentBytes.both(words(onlineWords)),
        0,
        words(correctionWords),
        SentBytes.NONE,
        0,
        failureProbability);
  }

  private static LayerCost weighted(
      WeightedLayer layer, int correctionWordsPerElement, double failureProbability) {
    boolean isLocal = layer.isCommunicationFree();
    long correctionWords = (long) correctionWordsPerElement * layer.outputShape().elementCount();
    return new LayerCost(
        layer.id(),
        layer.name(),
        isLocal ? 0 : 1,
        new SentBytes(words(layer.roundWordCount(0)), words(layer.roundWordCount(1))),
        0,
        isLocal ? 0 : words(correctionWords),
        new SentBytes(words(layer.setupWordCount(0)), words(layer.setupWordCount(1))),
        layer.map().multiplyAdds(),
        failureProbability);
  }

  private static LayerCost local(PlanLayer layer, double failureProbability) {
    return new LayerCost(
        layer.id(), layer.name(), 0, SentBytes.NONE, 0, 0, SentBytes.NONE, 0, failureProbability);
  }

  /** Returns the cost if party 1 sends its opening in the offline phase. */
  LayerCost inAdvance() {
    return new LayerCost(
        layer,
        name,
        online.byParty0() == 0 ? 0 : rounds,
        new SentBytes(online.byParty0(), 0),
        online.byParty1(),
        offlineBytes,
        setup,
        multiplyAdds,
        failureProbability);
  }

  private static long words(long count) {
    return count * Integer.BYTES;
  }

  /** Returns the masked tensors that one party sends. */
  public int openings(int partyId) {
    return online.by(partyId) == 0 ? 0 : rounds;
  }

  /**
   * Payload bytes of the openings in the direction that carries more; mostly both carry as many.
   */
  public long onlineBytesPerDirection() {
    return online.larger();
  }

  /** Payload bytes of the weight opening in the direction that carries more, once per epoch. */
  public long setupBytesPerDirection() {
    return setup.larger();
  }
}
