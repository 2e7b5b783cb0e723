// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import java.nio.file.Path;

/**
 * Where a role keeps its state.
 *
 * @param directory a folder for this role alone, made if it is missing; null keeps everything in
 *     memory
 * @param audit whether every use of a correlation is noted there
 * @param stockSessions at a party, inferences whose corrections are kept there beyond those in
 *     memory; 0 keeps none
 * @param stockBytes most bytes that they may take, up to 64 MiB more
 * @param stockExpiryMs after how long what is prepared is burnt; 0 for never
 */
public record StateSettings(
    Path directory, boolean audit, int stockSessions, long stockBytes, long stockExpiryMs) {
  /** Most sessions that may be kept in stock. */
  public static final int MAX_STOCK_SESSIONS = 1_000_000;

  /** Checks that an audit has a place. */
  public StateSettings {
    if ((audit || stockSessions > 0) && directory == null) {
      throw new IllegalArgumentException("an audit or a stock needs a directory: null");
    }
    if (stockSessions < 0 || stockSessions > MAX_STOCK_SESSIONS) {
      throw new IllegalArgumentException(
          "stockSessions must be 0 to " + MAX_STOCK_SESSIONS + ": " + stockSessions);
    }
    if (stockBytes < 0) {
      throw new IllegalArgumentException("stockBytes must be at least 0: " + stockBytes);
    }
    if (stockExpiryMs < 0) {
      throw new IllegalArgumentException("stockExpiryMs must be at least 0: " + stockExpiryMs);
    }
  }

  /** Nothing in stock. */
  public StateSettings(Path directory, boolean audit) {
    this(directory, audit, 0, 0, 0);
  }

  /** Returns the same with a stock. */
  public StateSettings withStock(int sessions, long bytes, long expiryMs) {
    return new StateSettings(directory, audit, sessions, bytes, expiryMs);
  }

  /** Returns the same with no more sessions in stock than its bytes can hold. */
  public StateSettings fitting(long bytesPerSession) {
    long fitting = stockBytes / Math.max(1, bytesPerSession);
    return withStock((int) Math.min(stockSessions, fitting), stockBytes, stockExpiryMs);
  }

  /** Nothing on disk. */
  public static StateSettings inMemory() {
    return new StateSettings(null, false);
  }
}
