// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** The state of an unfinished training run, on disk. */
package io.pascaline.training.checkpoint;
