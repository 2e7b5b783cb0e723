/** From images to mini-batches: order, mirroring, moving, mixing; all drawn from a seed. */
package io.pascaline.training.augment;
