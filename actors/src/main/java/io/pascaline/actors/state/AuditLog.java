// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

/**
 * Notes every use of a correlation before it happens, never a share. What is opened goes to the
 * peer anyway, so a digest of it gives nothing away; with it two openings under one mask can be
 * told from one that was noted twice.
 *
 * <p>Thread-safe. A call returns when the record would outlive a kill of the process (not of the
 * machine).
 */
public interface AuditLog extends AutoCloseable {
  /** Returns whether records are kept; where they are not, callers may spare the work for them. */
  boolean isOn();

  /**
   * Notes what is about to be used.
   *
   * @throws StateException if it cannot be noted: then it must not be used
   */
  void record(AuditRecord next);

  /** Takes nothing any more. */
  @Override
  void close();

  /** One that keeps nothing. */
  static AuditLog off() {
    return Off.INSTANCE;
  }

  /** See {@link #off}. */
  enum Off implements AuditLog {
    /** The only one. */
    INSTANCE;

    @Override
    public boolean isOn() {
      return false;
    }

    @Override
    public void record(AuditRecord next) {}

    @Override
    public void close() {}
  }
}
