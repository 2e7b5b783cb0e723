// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import io.pascaline.training.loss.RangePenalty;
import java.util.Optional;

/**
 * What the schedules say about one step.
 *
 * @param rate learning rate
 * @param taskWeight factor of the classification loss
 * @param penalty of activation inputs out of range, if any
 * @param penaltyWeight its factor
 * @param blend share of the network's own activation, the rest is ReLU
 * @param averageDecay decay of the moving average of the weights
 */
public record StepPlan(
    float rate,
    double taskWeight,
    Optional<RangePenalty> penalty,
    double penaltyWeight,
    double blend,
    float averageDecay) {}
