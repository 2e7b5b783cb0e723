package io.pascaline.actors.state;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Remembers epochs for as long as the process lives. */
final class MemoryWatermark implements Watermark {
  private final Set<Long> epochs = new HashSet<>();

  @Override
  public synchronized CompletionStage<Void> begin(final long epoch, final long endNumber) {
    return epochs.add(epoch)
        ? CompletableFuture.completedStage(null)
        : CompletableFuture.failedStage(new EpochUsedException(epoch));
  }

  @Override
  public CompletionStage<Void> reserve(final long epoch, final long endNumber) {
    return CompletableFuture.completedStage(null);
  }

  @Override
  public void close() {}
}
