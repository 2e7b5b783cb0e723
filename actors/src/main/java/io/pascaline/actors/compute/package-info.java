// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The compute pool that carries convolutions, activations and the drawing of masks, so that neither
 * an actor's nor Aeron's thread does. Online work goes before offline work.
 */
package io.pascaline.actors.compute;
