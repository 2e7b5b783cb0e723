// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The compute pool, whose threads run convolutions, activations and the drawing of masks, and the
 * turns of the layers' actors; so neither Aeron's thread nor those of other actors compute. A layer
 * computes in its own turn what is short, and submits what is longer as a task. Online work goes
 * before offline work.
 */
package io.pascaline.actors.compute;
