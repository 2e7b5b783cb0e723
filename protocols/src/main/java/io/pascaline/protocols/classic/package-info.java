// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The classic suite: the protocols of A. Diaa, L. Fenaux, T. Humphries, M. Dietz, F.
 * Ebrahimianghazani, B. Kacsmar, X. Li, N. Lukas, R. A. Mahdavi, S. Oya, E. Amjadian and F.
 * Kerschbaum, "Fast and Private Inference of Deep Neural Networks by Co-designing Activation
 * Functions", USENIX Security 2024, and the many-round baselines they are measured against.
 *
 * <p>Security model: semi-honest, static, at most one of P0 and P1 corrupt; the dealer is honest,
 * colludes with nobody and sees nothing of the online phase. Between layers a tensor is shared in
 * Z_2^64 with f fraction bits. Products are truncated to f bits locally, which fails with a small
 * probability that every step computes: {@link io.pascaline.protocols.classic.Truncation}.
 *
 * <p>A {@link io.pascaline.protocols.classic.ClassicActivation} describes an activation step and
 * makes the dealer's and the parties' sides of it; {@link
 * io.pascaline.protocols.classic.ClassicLinear} is the linear step. On the wire 64-bit elements
 * travel as a plane of low words and a plane of high words.
 */
package io.pascaline.protocols.classic;
