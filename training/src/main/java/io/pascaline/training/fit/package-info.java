/** Fits polynomial coefficients to an activation function. JDK only. */
package io.pascaline.training.fit;
