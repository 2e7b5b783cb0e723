// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.compute;

import io.pascaline.protocols.linear.LinearKernel;

/**
 * Where and how a party computes.
 *
 * @param pool where arithmetic runs
 * @param kernel packs the weights and computes linear maps
 */
public record Arithmetic(Compute pool, LinearKernel kernel) {}
