// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.training.loop;

import io.pascaline.training.loss.RangePenalty;
import java.util.Optional;

/** The plan of every step of a recipe, a function of epoch and step alone. Immutable. */
public final class Schedules {
  /** The average of a young run follows faster: (1 + t) / (10 + t) of it is kept. */
  private static final double YOUNG_STEPS = 9;

  private final Recipe recipe;
  private final int stepsPerEpoch;
  private final RateSchedule rates;

  /** The schedules of a recipe. */
  public Schedules(Recipe recipe, int stepsPerEpoch) {
    this.recipe = recipe;
    this.stepsPerEpoch = stepsPerEpoch;
    OptimiserSettings optimiser = recipe.optimiser();
    long warmUpSteps = Math.round(optimiser.warmUpEpochs() * stepsPerEpoch);
    long totalSteps = (long) stepsPerEpoch * recipe.epochs();
    this.rates =
        switch (optimiser.schedule()) {
          case COSINE -> new CosineSchedule(optimiser.peakRate(), warmUpSteps, totalSteps);
          case TRIANGLE -> new TriangularSchedule(optimiser.peakRate(), warmUpSteps, totalSteps);
        };
  }

  /** Returns the plan of a step; both counted from 0. */
  public StepPlan plan(int epoch, int step) {
    long done = (long) epoch * stepsPerEpoch + step;
    boolean penalised = recipe.penalty().active();
    Optional<RangePenalty> penalty =
        penalised ? Optional.of(recipe.penalty().penalty(epoch)) : Optional.empty();
    double young = (done + 1) / (done + 1 + YOUNG_STEPS);
    return new StepPlan(
        rates.rate(done + 1),
        recipe.penalty().taskWeight(epoch, (double) step / stepsPerEpoch),
        penalty,
        recipe.penalty().weight(),
        blend(done),
        (float) Math.min(recipe.optimiser().averageDecay(), young));
  }

  private double blend(long done) {
    double steps = recipe.annealingEpochs() * stepsPerEpoch;
    return steps == 0 ? 1 : Math.min(1, done / steps);
  }
}
