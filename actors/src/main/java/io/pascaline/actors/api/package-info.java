// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Private inference for other programs, and all of it that they need: {@link
 * io.pascaline.actors.api.PrivateInference} is an actor for any actor system, {@link
 * io.pascaline.actors.api.PrivateInferenceClient} asks two deployed parties, and {@link
 * io.pascaline.actors.api.EmbeddedInference} runs all roles in one process. The last two answer
 * through futures; nothing below this package does.
 */
package io.pascaline.actors.api;
