// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
/**
 * The fused suite: one word opened per element and step, a polynomial and its rescale in one round,
 * and no step that can fail by chance. Weights are secret from both parties ({@link
 * io.pascaline.protocols.fused.FusedLinear}), P0's own ({@link
 * io.pascaline.protocols.fused.OwnedLinear}) or known to both ({@link
 * io.pascaline.protocols.fused.PublicLinear}).
 *
 * <p>Security model: semi-honest, static, at most one of P0 and P1 corrupt; the dealer is honest,
 * colludes with nobody and sees nothing of the online phase. Between layers a tensor is shared in
 * words of Z_2^32 with fx fraction bits. See {@link io.pascaline.protocols.fused.FusedLinear} and
 * {@link io.pascaline.protocols.fused.FusedActivation}.
 */
package io.pascaline.protocols.fused;
