// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What a step of training does: schedules, learner, optimiser, moving average, evaluation. */
package io.pascaline.training.loop;
