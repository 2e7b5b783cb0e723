// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Randomness that two holders of a key draw without sending it.
 *
 * <p>The dealer shares a {@link io.pascaline.protocols.random.CorrelationKey} with each party. Both
 * expand it to the same masks: HKDF-SHA256 (RFC 5869) makes one AES-256 key for each {@link
 * io.pascaline.protocols.random.MaskLabel}, and AES-CTR under that key is the stream of the label.
 * Two labels therefore never share a key stream.
 */
package io.pascaline.protocols.random;
