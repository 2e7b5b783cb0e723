// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/** What training minimises: cross-entropy and the penalty of activation inputs out of range. */
package io.pascaline.training.loss;
