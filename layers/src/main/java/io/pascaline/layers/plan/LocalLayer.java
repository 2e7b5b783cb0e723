package io.pascaline.layers.plan;

/**
 * A layer without a message: linear with small public integers, so each party applies it to its own
 * share. Exact in Z_2^32.
 */
public sealed interface LocalLayer extends PlanLayer permits SumPoolLayer, JoinLayer {

  /**
   * Applies the layer.
   *
   * @param inputs the words of each input, in the order of {@link #inputs()}; not written.
   * @return a new array of {@code outputShape()} words.
   * @throws IllegalArgumentException if the number of inputs or a length is wrong.
   */
  int[] apply(int[]... inputs);
}
