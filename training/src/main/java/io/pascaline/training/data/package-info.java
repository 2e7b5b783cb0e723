// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** From the samples of images to a network's input. */
package io.pascaline.training.data;
