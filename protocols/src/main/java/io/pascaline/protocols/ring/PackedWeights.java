package io.pascaline.protocols.ring;

/**
 * The weights of one linear map in the order its kernel reads them. Immutable and thread-safe.
 * Weights may be secret: there is no accessor to the words, and {@link #toString()} prints the map
 * only.
 */
public abstract class PackedWeights {
  private final LinearMap map;

  PackedWeights(LinearMap map) {
    this.map = map;
  }

  /** The map that these weights belong to. */
  public final LinearMap map() {
    return map;
  }

  @Override
  public final String toString() {
    return "PackedWeights[" + map + "]";
  }
}
