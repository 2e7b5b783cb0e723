// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Private inference as actors: every party, every layer of the network and the preprocessing dealer
 * is one, and inferences pipeline through them.
 *
 * <p>Start at {@code api}, which is what other programs use. {@code role} puts roles together,
 * {@code party}, {@code dealer} and {@code client} hold the actors, {@code compute} the pool that
 * does their arithmetic.
 */
package io.pascaline.actors;
