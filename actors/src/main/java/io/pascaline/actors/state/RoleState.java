// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

import io.pascaline.actors.closing.Parts;

/**
 * What one incarnation of a role keeps of its use of correlations.
 *
 * @param watermark how far it may have gone
 * @param audit every step, if that is wanted
 * @param store corrections beyond those in memory
 * @param block session numbers reserved at a time, at least 1
 */
public record RoleState(Watermark watermark, AuditLog audit, CorrectionStore store, long block)
    implements AutoCloseable {
  /** Checks the block. */
  public RoleState {
    if (block < 1) {
      throw new IllegalArgumentException("block must be at least 1: " + block);
    }
  }

  /** Nothing in store. */
  public RoleState(Watermark watermark, AuditLog audit, long block) {
    this(watermark, audit, CorrectionStore.none(), block);
  }

  /** Nothing outlives the process. */
  public static RoleState inMemory() {
    return new RoleState(Watermark.inMemory(), AuditLog.off(), Reservation.BLOCK);
  }

  /**
   * Opens what earlier incarnations of a role have left, or begins with nothing.
   *
   * @param settings where
   * @param role whose state it must be
   * @throws StateException if the folder is in use, another role's, damaged or not accessible
   */
  public static RoleState open(StateSettings settings, StateRole role) {
    if (settings.directory() == null) {
      return inMemory();
    }
    return StateDirectory.open(settings, role);
  }

  /**
   * Returns what keeps an epoch's numbers reserved, once the epoch has begun with the first block.
   */
  public Reservation reservation() {
    return new Reservation(block);
  }

  @Override
  public void close() {
    Parts parts = new Parts();
    parts.own(watermark);
    parts.own(audit);
    parts.own(store);
    parts.close();
  }
}
