// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Two-party computation on additive shares as pure state machines: no input or output, no clock, no
 * thread and no log.
 *
 * <p>Sub-packages: {@code ring} (words and linear kernels), {@code random} (key-derived
 * randomness), {@code share} (secret and public tensors), {@code activation} (bases of activation
 * functions), {@code step} (the contract between a protocol and whoever drives it), {@code fused}
 * (the fused suite), {@code classic} (the protocols as published, over double words).
 */
package io.pascaline.protocols;
