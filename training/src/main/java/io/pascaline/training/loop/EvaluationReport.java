// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/**
 * A network on a set of images, as it is used: running batch statistics, no clipping.
 *
 * @param accuracy fraction of images classified rightly
 * @param largestInputs largest magnitude of an activation's input, one per activation
 */
public record EvaluationReport(double accuracy, float[] largestInputs) {}
