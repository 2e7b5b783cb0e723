// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Activation functions that can be computed on a masked input: public factors times secret terms.
 */
package io.pascaline.protocols.activation;
