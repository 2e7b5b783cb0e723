// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The user's images as input tensors of a model: scaled and kept. Reading them is {@code
 * io.pascaline.training.data.source}'s. Nothing here is thread-safe.
 */
package io.pascaline.cli.data;
