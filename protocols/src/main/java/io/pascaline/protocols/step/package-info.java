// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The contract between a protocol and whoever drives it: an actor, the simulator or a test.
 *
 * <p>Per layer there are public {@link io.pascaline.protocols.step.StepParameters}, one {@link
 * io.pascaline.protocols.step.DealerStep} and, at each party, one {@link
 * io.pascaline.protocols.step.PartyStep}; the last two live as long as an epoch. Per inference, the
 * dealer deals a correction to one party; each party precomputes a {@link
 * io.pascaline.protocols.step.Correlation}, which it later opens with its input share. That gives a
 * {@link io.pascaline.protocols.step.StepExecution}: masked tensor out, the peer's masked tensor
 * in, until there is a result. One such exchange is a round; a step has any number of them. Steps
 * do no input or output, read no clock, start no thread and log nothing.
 *
 * <p>A protocol extends the three classes in one file, and implements what is its own: the
 * correction, the correlation, and what happens in a round.
 */
package io.pascaline.protocols.step;
