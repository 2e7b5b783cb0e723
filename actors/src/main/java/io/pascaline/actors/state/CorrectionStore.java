// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Keeps corrections of a party that exceed what it keeps in memory. Contains those of one epoch;
 * each is taken out once, or lost with the epoch or the process.
 *
 * <p>Thread-safe. Stages fail with a {@link StateException}.
 */
public interface CorrectionStore extends AutoCloseable {
  /** What a correction takes in the store beyond its words, in bytes. */
  int OVERHEAD_BYTES = 16;

  /**
   * Returns the consecutive sessions that it has room for, beyond those in memory; 0 keeps none.
   *
   * @param bytesOfTwoSessions bytes of the corrections that it is given of any two consecutive
   *     sessions, each with {@link #OVERHEAD_BYTES}
   */
  int sessionsAhead(long bytesOfTwoSessions);

  /** Returns after how many milliseconds correlations must not be used any more; 0 for never. */
  long expiryMs();

  /**
   * Forgets what it holds and begins with an epoch.
   *
   * @param epoch its number
   * @param key 32 bytes that the store is encrypted with, of this epoch alone; copied
   */
  void begin(long epoch, byte[] key);

  /** Puts a correction away; the array must not change until the stage completes. */
  CompletionStage<Void> put(long epoch, int layer, long number, int[] words);

  /** Takes a correction out; whatever comes of it, it is never given out again. */
  CompletionStage<int[]> take(long epoch, int layer, long number);

  /** Forgets everything. */
  @Override
  void close();

  /** One that holds nothing. */
  static CorrectionStore none() {
    return None.INSTANCE;
  }

  /** See {@link #none}. */
  enum None implements CorrectionStore {
    /** The only one. */
    INSTANCE;

    @Override
    public int sessionsAhead(long bytesOfTwoSessions) {
      return 0;
    }

    @Override
    public long expiryMs() {
      return 0;
    }

    @Override
    public void begin(long epoch, byte[] key) {}

    @Override
    public CompletionStage<Void> put(long epoch, int layer, long number, int[] words) {
      return CompletableFuture.failedStage(new StateException("nothing is kept in store"));
    }

    @Override
    public CompletionStage<int[]> take(long epoch, int layer, long number) {
      return CompletableFuture.failedStage(new StateException("nothing is kept in store"));
    }

    @Override
    public void close() {}
  }
}
