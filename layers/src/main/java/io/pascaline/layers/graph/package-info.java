// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * A trained network as an immutable graph of the few layer kinds that Pascaline runs, in float and
 * without a batch dimension. It carries weights, so it belongs to the model owner: {@code toString}
 * of its types prints names and shapes only. All types are immutable and thread-safe as long as
 * nobody writes to the arrays handed to them.
 */
package io.pascaline.layers.graph;
