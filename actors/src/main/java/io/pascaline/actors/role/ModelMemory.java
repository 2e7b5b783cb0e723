// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import io.pascaline.actors.epoch.Precomputation;
import io.pascaline.layers.plan.NetworkPlan;
import java.util.function.LongFunction;

/**
 * One budget for the models of a process. A model takes at most half of what is free, so that there
 * is room for its next version, unless it needs more to work at all. Thread-safe.
 */
final class ModelMemory {
  private final long budgetBytes;
  private long takenBytes;

  ModelMemory(long budgetBytes) {
    this.budgetBytes = budgetBytes;
  }

  /**
   * Takes what a party precomputes with.
   *
   * @throws InsufficientMemoryException if there is too little left
   */
  synchronized Part<Precomputation> takeForParty(NetworkPlan plan, RuntimeSettings settings) {
    Precomputation fitting =
        fitting(
            plan,
            RoleMemory.minPartyBytes(plan, settings),
            bytes -> RoleMemory.partyPrecomputation(plan, within(settings, bytes)));
    return taken(fitting, RoleMemory.partyBytes(plan, settings, fitting));
  }

  /**
   * Takes what a dealer deals with.
   *
   * @throws InsufficientMemoryException if there is too little left
   */
  synchronized Part<Long> takeForDealer(NetworkPlan plan, RuntimeSettings settings) {
    long fitting =
        fitting(
            plan,
            RoleMemory.minDealerBytes(plan, settings),
            bytes -> RoleMemory.dealBytes(plan, within(settings, bytes)));
    long dealBytes = Math.min(fitting, RoleMemory.wantedDealBytes(plan, settings));
    return taken(dealBytes, RoleMemory.fixedDealerBytes(plan, settings) + dealBytes);
  }

  private static RuntimeSettings within(RuntimeSettings settings, long bytes) {
    return settings.toBuilder().memoryBytes(bytes).build();
  }

  private <T> T fitting(NetworkPlan plan, long minimumBytes, LongFunction<T> divide) {
    long freeBytes = budgetBytes - takenBytes;
    if (minimumBytes > freeBytes) {
      throw new InsufficientMemoryException(
          plan.name()
              + " needs "
              + RoleMemory.gib(minimumBytes)
              + " for weights, links and its largest layer, and of "
              + RoleMemory.gib(budgetBytes)
              + " for all models "
              + RoleMemory.gib(freeBytes)
              + " are free: unload another model, or give the process more memory"
              + " (memory.max-mib, -Xmx)");
    }
    return divide.apply(Math.max(minimumBytes, freeBytes / 2));
  }

  private <T> Part<T> taken(T use, long bytes) {
    takenBytes += bytes;
    return new Part<>(use, bytes);
  }

  /**
   * What a model has taken.
   *
   * @param <T> what it may do with it
   */
  final class Part<T> {
    private final T use;
    private final long bytes;
    private boolean released;

    private Part(T use, long bytes) {
      this.use = use;
      this.bytes = bytes;
    }

    T use() {
      return use;
    }

    /** Gives it back; a second call does nothing. */
    void release() {
      synchronized (ModelMemory.this) {
        if (!released) {
          released = true;
          takenBytes -= bytes;
        }
      }
    }
  }

  synchronized long freeBytes() {
    return budgetBytes - takenBytes;
  }

  long budgetBytes() {
    return budgetBytes;
  }
}
