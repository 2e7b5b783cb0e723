// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Packs each array of weights once and keeps it: those of the owner are the same for all its
 * clients in all epochs, and public ones are the same for both parties. Thread-safe.
 */
public final class PackedOnce implements LinearKernel {
  private final LinearKernel kernel;

  /** By the array: nobody writes to that of a model share. */
  private final Map<int[], PackedWeights> packed = new IdentityHashMap<>();

  /**
   * Creates a kernel that has packed nothing.
   *
   * @param kernel packs and computes
   */
  public PackedOnce(LinearKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public synchronized PackedWeights pack(LinearMap map, int[] weights) {
    return packed.computeIfAbsent(weights, words -> kernel.pack(map, words));
  }

  @Override
  public long packedBytes(LinearMap map) {
    return kernel.packedBytes(map);
  }

  @Override
  public void apply(PackedWeights weights, int[] input, int[] output, WorkSplitter splitter) {
    kernel.apply(weights, input, output, splitter);
  }
}
