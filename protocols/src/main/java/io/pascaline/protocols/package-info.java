// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * Two-party computation on additive shares as pure state machines: no input or output, no clock, no
 * thread and no log.
 *
 * <p>Sub-packages: {@code linear} (linear maps, their geometry and their kernels), {@code random}
 * (key-derived randomness), {@code share} (secret and public tensors), {@code activation} (bases of
 * activation functions), {@code step} (the contract between a protocol and whoever drives it),
 * {@code fused} (the fused suite, over Z_2^32), {@code classic} (the protocols as published, over
 * Z_2^64). A protocol is one file: its public parameters, with the dealer's side ({@code Dealer})
 * and a party's ({@code Party}) inside, and the steps of its source as numbered comments.
 *
 * <p>Terms in all of them: a <em>word</em> is a 32-bit ring element, an element of Z_2^32, as a
 * Java {@code int}. A 64-bit ring element is a Java {@code long} ({@code DoubleWord} in names) and
 * travels as two words. A <em>share</em> is one of two summands of a secret. To <em>open</em> a
 * masked value is to exchange and add up both shares of it; one such exchange, of any number of
 * tensors, is a <em>round</em>. A <em>correction</em> is what the dealer sends to one party, since
 * the other draws its share from a key; with it a party prepares a <em>correlation</em>, which is
 * used once.
 */
package io.pascaline.protocols;
