// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.linear;

/**
 * The weights of one linear map in the order in which the {@link LinearKernel} that packed them
 * reads them. Immutable and thread-safe. Weights may be secret: there is no accessor to the words,
 * and {@code toString} prints the map only.
 */
public interface PackedWeights {
  /** Returns the map that these weights belong to. */
  LinearMap map();
}
