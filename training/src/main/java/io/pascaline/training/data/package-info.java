// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Normalisation: how the samples of images, grey or by channel, become a network's input. */
package io.pascaline.training.data;
