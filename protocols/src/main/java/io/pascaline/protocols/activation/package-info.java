/**
 * Activation functions that can be computed on a masked input: public factors times secret terms.
 */
package io.pascaline.protocols.activation;
