/** One training run: steps, learning rate, reports and the naming of a divergence. */
package io.pascaline.training.loop;
