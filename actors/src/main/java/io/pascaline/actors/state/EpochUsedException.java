// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.state;

/** An epoch was begun that this role has been in before, in this incarnation or an earlier one. */
public final class EpochUsedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  EpochUsedException(long epoch) {
    super("epoch " + Long.toHexString(epoch) + " was used before");
  }
}
