// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Canaries: inputs whose right answers are known, with which a client checks what the parties
 * answer. The owner of a network makes them, since the answers come from its weights.
 */
package io.pascaline.layers.canary;
