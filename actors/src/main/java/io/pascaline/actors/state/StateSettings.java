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
 * @param storeSessions at a party, inferences whose corrections are kept there beyond those in
 *     memory; 0 keeps none
 * @param storeBytes most bytes that they may take, up to 64 MiB more; fewer sessions are kept if
 *     their corrections would take more
 * @param storeExpiryMs after how long correlations are discarded; 0 for never
 */
public record StateSettings(
    Path directory, boolean audit, int storeSessions, long storeBytes, long storeExpiryMs) {
  /** Most sessions that may be kept in store. */
  public static final int MAX_STORE_SESSIONS = 1_000_000;

  /** Checks that an audit has a place. */
  public StateSettings {
    if ((audit || storeSessions > 0) && directory == null) {
      throw new IllegalArgumentException("an audit or a store needs a directory: null");
    }
    if (storeSessions < 0 || storeSessions > MAX_STORE_SESSIONS) {
      throw new IllegalArgumentException(
          "storeSessions must be 0 to " + MAX_STORE_SESSIONS + ": " + storeSessions);
    }
    if (storeBytes < 0) {
      throw new IllegalArgumentException("storeBytes must be at least 0: " + storeBytes);
    }
    if (storeExpiryMs < 0) {
      throw new IllegalArgumentException("storeExpiryMs must be at least 0: " + storeExpiryMs);
    }
  }

  /** Nothing in store. */
  public StateSettings(Path directory, boolean audit) {
    this(directory, audit, 0, 0, 0);
  }

  /** Returns the same with a store. */
  public StateSettings withStore(int sessions, long bytes, long expiryMs) {
    return new StateSettings(directory, audit, sessions, bytes, expiryMs);
  }

  /** Returns the same folder without an audit or a store. */
  public StateSettings withoutAudit() {
    return new StateSettings(directory, false);
  }

  /** Nothing on disk. */
  public static StateSettings inMemory() {
    return new StateSettings(null, false);
  }
}
