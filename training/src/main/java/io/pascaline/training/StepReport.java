// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

/**
 * One step.
 *
 * @param epoch counted from 1
 * @param epochs of the whole run
 * @param step counted from 1
 * @param stepsPerEpoch steps of each epoch
 * @param loss classification loss
 * @param penalty range penalty, summed over the activations, without its weight
 * @param learningRate of the step
 * @param remainingMs estimate for the rest of the run
 */
public record StepReport(
    int epoch,
    int epochs,
    int step,
    int stepsPerEpoch,
    double loss,
    double penalty,
    double learningRate,
    long remainingMs) {}
