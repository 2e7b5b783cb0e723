// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Remembers epochs for as long as the process lives. */
final class MemoryWatermark implements Watermark {
  private final Set<Long> epochs = new HashSet<>();

  @Override
  public synchronized CompletionStage<Void> begin(long epoch, long endNumber) {
    return epochs.add(epoch)
        ? CompletableFuture.completedStage(null)
        : CompletableFuture.failedStage(new EpochUsedException(epoch));
  }

  @Override
  public CompletionStage<Void> reserve(long epoch, long endNumber) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
