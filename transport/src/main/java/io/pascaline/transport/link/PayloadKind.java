// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/** What tensor bytes on a link are counted as. */
public enum PayloadKind {
  /** Words of {@link LinkMessage.MaskedTensor} of an inference, sent in the online phase. */
  MASKED_TENSOR,
  /** Words of {@link LinkMessage.Correction}. */
  CORRECTION,
  /** Words of {@link LinkMessage.InputShare}. */
  INPUT_SHARE,
  /** Words of {@link LinkMessage.OutputShare}. */
  OUTPUT_SHARE,
  /**
   * Words of {@link LinkMessage.MaskedTensor} with {@link LinkMessage#NO_SESSION}: the opening of
   * the weights.
   */
  SETUP,
  /**
   * Words of {@link LinkMessage.MaskedTensor} in the round {@link LinkMessage#IN_ADVANCE}: what
   * party 1 opens in the offline phase.
   */
  ADVANCE_OPENING
}
