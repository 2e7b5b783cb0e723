// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Between messages and bytes: SBE encoding, chunking and reassembly of tensors, and the checks that
 * every byte from outside must pass.
 *
 * <p>Classes here belong to one polling thread; none is thread-safe unless it says so.
 */
package io.pascaline.transport.codec;
