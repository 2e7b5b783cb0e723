// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Words of Z_2^32 (Java {@code int}, two's complement) and the linear maps over them; {@link
 * io.pascaline.protocols.linear.DoubleWordLinear} carries the same maps out in Z_2^64.
 *
 * <p>A {@link io.pascaline.protocols.linear.LinearMap} is public geometry; a {@link
 * io.pascaline.protocols.linear.LinearKernel} carries it out exactly modulo 2^32, on secret or
 * masked words alike: no branch and no index depends on a word's value. Kernels are stateless and
 * thread-safe; threads come from the caller through {@link
 * io.pascaline.protocols.linear.WorkSplitter}.
 */
package io.pascaline.protocols.linear;
