/** What a step of training does: schedules, learner, optimiser, moving average, evaluation. */
package io.pascaline.training.loop;
