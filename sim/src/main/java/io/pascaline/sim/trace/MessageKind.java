// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.transport.link.LinkMessage;

/** What a message is, without what it says. */
public enum MessageKind {
  /** Opens a link. */
  HELLO,
  /** Opens an epoch. */
  EPOCH_START,
  /** Gives a request its number. */
  SESSION_OPEN,
  /** Ends a request early. */
  REQUEST_ABORT,
  /** A client's share of its input. */
  INPUT_SHARE,
  /** A party's share of the output. */
  OUTPUT_SHARE,
  /** The opening of masked weights, once per epoch. */
  WEIGHT_OPENING,
  /** A masked tensor of an inference. */
  OPENING,
  /** A masked tensor that party 1 sends in the offline phase. */
  ADVANCE_OPENING,
  /** The dealer's correction. */
  CORRECTION,
  /** A grant to the dealer. */
  CREDIT,
  /** A refusal. */
  FAILURE,
  /** Takes a session for a check of the dealer, or is a party's part of one. */
  DEALER_CHECK;

  /** Returns the kind of a message. */
  public static MessageKind of(LinkMessage message) {
    return switch (message.kind()) {
      case HELLO -> HELLO;
      case EPOCH_START -> EPOCH_START;
      case SESSION_OPEN -> SESSION_OPEN;
      case REQUEST_ABORT -> REQUEST_ABORT;
      case INPUT_SHARE -> INPUT_SHARE;
      case OUTPUT_SHARE -> OUTPUT_SHARE;
      case MASKED_TENSOR -> of((LinkMessage.MaskedTensor) message);
      case CORRECTION -> CORRECTION;
      case CREDIT -> CREDIT;
      case FAILURE -> FAILURE;
      case SESSION_CHECK, WITNESS_DIGEST -> DEALER_CHECK;
    };
  }

  private static MessageKind of(LinkMessage.MaskedTensor tensor) {
    if (tensor.number() == LinkMessage.NO_SESSION) {
      return WEIGHT_OPENING;
    }
    return tensor.isInAdvance() ? ADVANCE_OPENING : OPENING;
  }
}
