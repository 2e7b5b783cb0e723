// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training;

import io.pascaline.layers.graph.NetworkGraph;
import io.pascaline.training.data.ChannelNormalisation;
import java.util.List;
import java.util.OptionalDouble;

/**
 * A trained network and what it does.
 *
 * @param network averaged weights of the last step
 * @param normalisation of the images that it takes
 * @param validationAccuracy on the images held out, if any
 * @param testAccuracy on the test images, if any
 * @param ranges of every activation's inputs on the training images' first thousand and all
 *     held-out and test images, without clipping
 * @param durationMs training time, interruptions left out, of this process
 */
public record TrainingOutcome(
    NetworkGraph network,
    ChannelNormalisation normalisation,
    OptionalDouble validationAccuracy,
    OptionalDouble testAccuracy,
    List<LayerRange> ranges,
    long durationMs) {}
