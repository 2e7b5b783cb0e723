// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Fits polynomial coefficients to an activation function. JDK only. */
package io.pascaline.training.fit;
