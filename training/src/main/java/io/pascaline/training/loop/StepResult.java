// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/**
 * What a step found, before it moved the weights.
 *
 * @param taskLoss classification loss, without its weight
 * @param penalty range penalty, summed over the activations, without its weight
 * @param hits images classified rightly
 * @param largestInputs largest magnitude of every activation's input; empty without a penalty
 */
public record StepResult(double taskLoss, double penalty, int hits, float[] largestInputs) {}
