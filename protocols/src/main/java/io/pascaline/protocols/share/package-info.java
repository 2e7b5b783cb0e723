// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Tensors by who may see them: a {@link io.pascaline.protocols.share.Share} is secret, a {@link
 * io.pascaline.protocols.share.MaskedWords} may be shown to the peer. None of them prints a value.
 */
package io.pascaline.protocols.share;
