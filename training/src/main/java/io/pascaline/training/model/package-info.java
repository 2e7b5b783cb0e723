/**
 * Networks with polynomial activations: their architecture, their trainable form and their bare
 * weights.
 */
package io.pascaline.training.model;
