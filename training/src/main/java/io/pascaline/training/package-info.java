// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Training of networks for private inference: {@link io.pascaline.training.Training#run} takes a
 * request and gives back a trained network.
 */
package io.pascaline.training;
