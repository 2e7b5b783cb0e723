// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.augment;

/**
 * What one step learns from.
 *
 * @param inputs [images, C, H, W]
 * @param targets [images, classes], each row a distribution
 * @param labels the class with the larger part in each image
 */
public record Batch(float[] inputs, float[] targets, int[] labels) {}
