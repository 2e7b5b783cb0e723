// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.linear.WorkSplitter;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/**
 * Divides one task among the threads of a pool. The calling thread takes parts until none is left,
 * then waits only for parts that another thread has already begun; helpers that never got a thread
 * find nothing to do. Thread-safe.
 */
final class SharedWork implements WorkSplitter {
  private final int width;
  private final Consumer<Runnable> pool;
  private final Runnable betweenParts;

  /**
   * A splitter.
   *
   * @param width the pool's threads
   * @param pool takes what helpers shall run
   * @param betweenParts run by each thread after each of its parts, and while it waits for others'
   */
  SharedWork(int width, Consumer<Runnable> pool, Runnable betweenParts) {
    this.width = width;
    this.pool = pool;
    this.betweenParts = betweenParts;
  }

  @Override
  public int width() {
    return width;
  }

  @Override
  public void run(int parts, IntConsumer part) {
    if (parts <= 1) {
      if (parts == 1) {
        part.accept(0);
      }
      return;
    }
    Claim claim = new Claim(parts, part, betweenParts);
    for (int helper = Math.min(width, parts) - 1; helper > 0; helper--) {
      try {
        pool.accept(claim::takeParts);
      } catch (RejectedExecutionException closing) {
        break; // The pool is closing: the caller does the rest alone.
      }
    }
    claim.takeParts();
    claim.awaitBegunParts();
  }

  private static final class Claim {
    private final int parts;
    private final IntConsumer body;
    private final Runnable betweenParts;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    Claim(int parts, IntConsumer body, Runnable betweenParts) {
      this.parts = parts;
      this.body = body;
      this.betweenParts = betweenParts;
    }

    void takeParts() {
      for (int index = next.getAndIncrement(); index < parts; index = next.getAndIncrement()) {
        try {
          body.accept(index);
        } catch (RuntimeException | Error thrown) {
          failure.compareAndSet(null, thrown);
        } finally {
          done.incrementAndGet();
        }
        betweenParts.run();
      }
    }

    void awaitBegunParts() {
      int spins = 0;
      while (done.get() < parts) {
        betweenParts.run();
        if (++spins < 2000) {
          Thread.onSpinWait();
        } else {
          Thread.yield();
        }
      }
      Throwable thrown = failure.get();
      if (thrown instanceof Error error) {
        throw error;
      }
      if (thrown != null) {
        throw (RuntimeException) thrown;
      }
    }
  }
}
