// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.share;

import io.pascaline.protocols.linear.Shape;

/**
 * One party's additive share of a secret tensor, in 32-bit or 64-bit ring elements. Secret; {@code
 * toString} prints the shape only.
 */
public sealed interface Share permits WordShare, DoubleWordShare {
  /** Returns the shape of the shared tensor. */
  Shape shape();
}
