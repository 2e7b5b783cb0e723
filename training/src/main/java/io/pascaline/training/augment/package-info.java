// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** From images to mini-batches: order, mirroring, moving, mixing; all drawn from a seed. */
package io.pascaline.training.augment;
