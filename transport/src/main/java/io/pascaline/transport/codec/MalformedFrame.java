// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

/** A received frame was refused. Cheap to make: it has no stack trace. */
public final class MalformedFrame extends Exception {
  private static final long serialVersionUID = 1L;

  private final FrameFault fault;

  /** A fault and, in one line, what was seen. */
  public MalformedFrame(FrameFault fault, String detail) {
    super(detail, null, false, false);
    this.fault = fault;
  }

  /** Returns what was wrong, for counting. */
  public FrameFault fault() {
    return fault;
  }
}
