// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Private inference as actors: every party, every layer of the network and the preprocessing dealer
 * is one, and inferences pipeline through them.
 *
 * <p>Start here: {@link io.pascaline.actors.EmbeddedInference} runs all roles in one process;
 * {@code node} holds one process per role. {@code party}, {@code dealer} and {@code client} hold
 * the actors, {@code compute} the pool that does their arithmetic.
 */
package io.pascaline.actors;
