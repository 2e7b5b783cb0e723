// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim;

/** On which machines the roles run. */
public enum Layout {
  /** Dealer and parties have a machine each. */
  SEPARATE,
  /** All roles share one machine's cores, as in an embedded run. */
  SHARED
}
