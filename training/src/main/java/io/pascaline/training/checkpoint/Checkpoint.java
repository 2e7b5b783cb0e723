// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.checkpoint;

import java.util.Map;

/**
 * All that an unfinished run needs to go on as if it had never stopped. Random choices are not in
 * it: they follow from seed, epoch and step.
 *
 * @param recipe everything the run was started with, in words; a run with another recipe must not
 *     go on from here
 * @param progress where the run stands
 * @param tensors weights, statistics, velocities and averages by name
 */
public record Checkpoint(String recipe, Progress progress, Map<String, float[]> tensors) {}
