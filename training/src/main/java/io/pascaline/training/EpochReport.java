// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import java.util.List;
import java.util.OptionalDouble;

/**
 * One epoch.
 *
 * @param epoch counted from 1
 * @param epochs of the whole run
 * @param loss mean classification loss
 * @param penalty mean range penalty, summed over the activations, without its weight
 * @param trainingAccuracy fraction of the varied training images classified rightly on the way
 * @param validationAccuracy of the averaged weights on the images held out, if any
 * @param ranges of every activation's inputs, with the averaged weights, without clipping, on the
 *     images held out, or else on the first training images
 * @param durationMs time of the epoch, evaluation left out
 * @param remainingMs estimate for the rest of the run
 */
public record EpochReport(
    int epoch,
    int epochs,
    double loss,
    double penalty,
    double trainingAccuracy,
    OptionalDouble validationAccuracy,
    List<LayerRange> ranges,
    long durationMs,
    long remainingMs) {}
