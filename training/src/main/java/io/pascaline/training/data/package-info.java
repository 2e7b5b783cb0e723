// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** Image data sets: IDX files, normalisation and augmented mini-batches. JDK only. */
package io.pascaline.training.data;
