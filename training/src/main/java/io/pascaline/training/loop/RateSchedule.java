// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

/** The learning rate of each step. Immutable. */
sealed interface RateSchedule permits CosineSchedule, TriangularSchedule {

  /** Returns the rate of a step, counted from 1. */
  float rate(long step);
}
