// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.protocols.linear.LinearKernel;
import io.pascaline.protocols.linear.LinearMap;
import io.pascaline.protocols.linear.PackedWeights;
import io.pascaline.protocols.linear.WorkSplitter;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Packs each array of weights once and keeps it: those of the owner are the same for all its
 * clients in all epochs, and public ones are the same for both parties. Each layer has an array of
 * its own. Thread-safe; different arrays are packed at the same time.
 */
public final class PackedOnce implements LinearKernel {
  private final LinearKernel kernel;

  /** By the array: nobody writes to that of a model share. */
  private final Map<int[], FutureTask<PackedWeights>> packed = new IdentityHashMap<>();

  /**
   * Creates a kernel that has packed nothing.
   *
   * @param kernel packs and computes
   */
  public PackedOnce(LinearKernel kernel) {
    this.kernel = kernel;
  }

  @Override
  public PackedWeights pack(LinearMap map, int[] weights) {
    FutureTask<PackedWeights> packing;
    synchronized (packed) {
      packing =
          packed.computeIfAbsent(weights, words -> new FutureTask<>(() -> kernel.pack(map, words)));
    }
    // Whoever comes first packs; others wait for it.
    packing.run();
    try {
      return packing.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while another thread packs weights", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("weights cannot be packed", e.getCause());
    }
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
