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
  /** Ends a session early. */
  SESSION_ABORT,
  /** A client's half of its input. */
  INPUT_SHARE,
  /** A party's half of the output. */
  OUTPUT_SHARE,
  /** The opening of masked weights, once per epoch. */
  WEIGHT_OPENING,
  /** A masked tensor of an inference. */
  OPENING,
  /** The dealer's correction. */
  CORRECTION,
  /** A grant to the dealer. */
  CREDIT,
  /** A refusal. */
  FAILURE;

  /** Returns the kind of a message. */
  public static MessageKind of(LinkMessage message) {
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      return tensor.number() < 0 ? WEIGHT_OPENING : OPENING;
    }
    if (message instanceof LinkMessage.Correction) {
      return CORRECTION;
    }
    if (message instanceof LinkMessage.Credit) {
      return CREDIT;
    }
    if (message instanceof LinkMessage.SessionOpen) {
      return SESSION_OPEN;
    }
    if (message instanceof LinkMessage.RequestAbort) {
      return SESSION_ABORT;
    }
    if (message instanceof LinkMessage.InputShare) {
      return INPUT_SHARE;
    }
    if (message instanceof LinkMessage.OutputShare) {
      return OUTPUT_SHARE;
    }
    if (message instanceof LinkMessage.EpochStart) {
      return EPOCH_START;
    }
    return message instanceof LinkMessage.Hello ? HELLO : FAILURE;
  }
}
