// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The actors of {@code io.pascaline.actors} on a virtual clock, with modelled links and modelled
 * cores. Start at {@link io.pascaline.sim.SimulatedInference}.
 *
 * <p>One simulation runs on the thread that calls it, in this order: whatever actors can do now,
 * then the next event of the virtual clock. Arithmetic is done for real; how long it takes in
 * virtual time is a {@link io.pascaline.sim.compute.CostModel}'s answer.
 */
package io.pascaline.sim;
