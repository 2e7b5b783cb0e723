// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.train;

import io.pascaline.images.set.DataSet;
import io.pascaline.training.TrainingOutcome;
import io.pascaline.training.loop.Recipe;
import io.pascaline.training.network.ActivationFamily;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How a trained network came about.
 *
 * @param data what was learnt
 * @param imageCount training images used, those held out among them
 * @param family the activation
 * @param recipe how it was trained
 * @param teacher file of the teacher, if any
 * @param origin file that was annealed from, if any
 * @param threads of the engine
 * @param command to repeat it
 * @param outcome what training says
 */
record Provenance(
    DataSet data,
    int imageCount,
    ActivationFamily family,
    Recipe recipe,
    Optional<Path> teacher,
    Optional<Path> origin,
    int threads,
    String command,
    TrainingOutcome outcome) {}
