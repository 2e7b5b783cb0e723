// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Linear maps over Z_2^32 (Java {@code int}, two's complement) and Z_2^64 (Java {@code long}): the
 * public geometry, and the contract of what carries them out.
 *
 * <p>A {@link io.pascaline.protocols.linear.LinearMap} is public geometry; a {@link
 * io.pascaline.protocols.linear.LinearKernel} carries it out exactly modulo 2^32, and a {@link
 * io.pascaline.protocols.linear.DoubleWordLinear} modulo 2^64, on secret or masked words alike: no
 * branch and no index depends on a word's value. Kernels are stateless and thread-safe; threads
 * come from the caller through {@link io.pascaline.protocols.linear.WorkSplitter}. Package {@code
 * linear.kernel} has the implementations.
 */
package io.pascaline.protocols.linear;
