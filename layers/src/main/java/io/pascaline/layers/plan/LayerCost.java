package io.pascaline.layers.plan;

/**
 * What one layer costs, exactly, per inference unless said otherwise.
 *
 * @param layer the layer's id.
 * @param name the layer's name.
 * @param exchanges simultaneous openings, one network latency each.
 * @param onlineBytesPerDirection payload from one party to the other; the same the other way.
 * @param offlineBytes payload of corrections from the dealer, to one of the parties.
 * @param setupBytesPerDirection payload of the weight opening, once per epoch.
 * @param multiplyAdds of each party, online.
 */
public record LayerCost(
    int layer,
    String name,
    int exchanges,
    long onlineBytesPerDirection,
    long offlineBytes,
    long setupBytesPerDirection,
    long multiplyAdds) {

  /** The cost of a layer of a plan. */
  static LayerCost of(PlanLayer layer) {
    if (layer instanceof LinearLayer linear) {
      return new LayerCost(
          linear.id(),
          linear.name(),
          1,
          words(linear.inputShape().elementCount()),
          words(linear.outputShape().elementCount()),
          words(linear.map().weightShape().elementCount()),
          linear.map().multiplyAdds());
    }
    if (layer instanceof ActivationLayer activation) {
      return new LayerCost(
          activation.id(),
          activation.name(),
          1,
          words(activation.inputShape().elementCount()),
          words(activation.activation().correctionWordCount()),
          0,
          0);
    }
    return new LayerCost(layer.id(), layer.name(), 0, 0, 0, 0, 0);
  }

  private static long words(long count) {
    return count * Integer.BYTES;
  }
}
