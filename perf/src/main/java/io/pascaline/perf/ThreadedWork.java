// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.perf;

import io.pascaline.protocols.linear.WorkSplitter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Parts on the caller's thread and a pool of the other threads. */
final class ThreadedWork implements WorkSplitter, AutoCloseable {
  private final int width;
  private final ExecutorService others;

  ThreadedWork(int width) {
    this.width = width;
    this.others = Executors.newFixedThreadPool(Math.max(1, width - 1));
  }

  @Override
  public void run(int parts, IntConsumer part) {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 1; i < parts; i++) {
      int index = i;
      running.add(others.submit(() -> part.accept(index)));
    }
    if (parts > 0) {
      part.accept(0);
    }
    try {
      for (Future<?> future : running) {
        future.get();
      }
    } catch (ExecutionException | InterruptedException failure) {
      throw new IllegalStateException("a part did not end", failure);
    }
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public void close() {
    others.shutdownNow();
  }
}
