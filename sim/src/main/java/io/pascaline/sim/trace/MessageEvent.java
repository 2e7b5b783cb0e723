// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.transport.link.LinkMessage;

/**
 * One message that arrived. Random ids are replaced by indices, so that traces of equal seeds are
 * equal.
 *
 * @param sentNs when it was handed to the link
 * @param leftNs when its last byte had left
 * @param arrivedNs when it was there
 * @param from the sender's name
 * @param to the receiver's name
 * @param kind what it is
 * @param epoch index of its epoch, from 0 in the order in which epochs began, {@link #NONE} where
 *     there is none
 * @param request index of the client's request, from 0 in the order of sending, {@link #NONE} where
 *     there is none
 * @param session the inference's number in the epoch, {@link #NONE} where there is none
 * @param layer the layer's id, {@link #NONE} where there is none
 * @param round the round within the layer, 0 where there is none
 * @param payloadBytes tensor words times four
 * @param frameBytes everything in its frames, payload included
 */
public record MessageEvent(
    long sentNs,
    long leftNs,
    long arrivedNs,
    String from,
    String to,
    MessageKind kind,
    int epoch,
    int request,
    long session,
    int layer,
    int round,
    long payloadBytes,
    long frameBytes) {
  /** Stands for an epoch, a request, a session or a layer where there is none. */
  public static final int NONE = -1;

  /**
   * Describes a message.
   *
   * @param indices replaces the message's random ids
   */
  public static MessageEvent of(
      LinkMessage message,
      MessageIndices indices,
      String from,
      String to,
      long[] sentLeftArrivedNs,
      long payloadBytes,
      long frameBytes) {
    long session = NONE;
    int layer = NONE;
    int round = 0;
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      session = tensor.number();
      layer = tensor.layer();
      round = tensor.round();
    } else if (message instanceof LinkMessage.Correction correction) {
      session = correction.number();
      layer = correction.layer();
    } else if (message instanceof LinkMessage.Credit credit) {
      layer = credit.layer();
    } else if (message instanceof LinkMessage.SessionOpen open) {
      session = open.number();
    } else if (message instanceof LinkMessage.RequestAbort abort) {
      session = abort.number();
    } else if (message instanceof LinkMessage.SessionCheck check) {
      session = check.number();
    } else if (message instanceof LinkMessage.WitnessDigest witness) {
      session = witness.number();
      layer = witness.layer();
    }
    return new MessageEvent(
        sentLeftArrivedNs[0],
        sentLeftArrivedNs[1],
        sentLeftArrivedNs[2],
        from,
        to,
        MessageKind.of(message),
        indices.epoch(message),
        indices.request(message),
        session,
        layer,
        round,
        payloadBytes,
        frameBytes);
  }
}
