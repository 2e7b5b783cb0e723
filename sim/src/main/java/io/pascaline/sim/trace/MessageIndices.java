// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.sim.trace;

import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers epochs and requests in the order in which they are first sent, from 0: their ids are
 * random. For the simulation's thread.
 */
public final class MessageIndices {
  private final Map<Long, Integer> epochs = new HashMap<>();
  private final Map<RequestId, Integer> requests = new HashMap<>();

  MessageIndices() {}

  int epochCount() {
    return epochs.size();
  }

  /**
   * Returns the index of a message's epoch; {@link MessageEvent#NONE} if it has none, or one that
   * no dealer opened.
   */
  int epoch(LinkMessage message) {
    if (message instanceof LinkMessage.EpochStart start) {
      epochs.putIfAbsent(start.epoch(), epochs.size());
      return epoch(start.epoch());
    }
    if (message instanceof LinkMessage.MaskedTensor tensor) {
      return epoch(tensor.epoch());
    }
    if (message instanceof LinkMessage.Correction correction) {
      return epoch(correction.epoch());
    }
    if (message instanceof LinkMessage.Credit credit) {
      return epoch(credit.epoch());
    }
    if (message instanceof LinkMessage.SessionOpen open) {
      return epoch(open.epoch());
    }
    if (message instanceof LinkMessage.OfCheck check) {
      return epoch(check.epoch());
    }
    return message instanceof LinkMessage.RequestAbort abort
        ? epoch(abort.epoch())
        : MessageEvent.NONE;
  }

  private int epoch(long id) {
    return epochs.getOrDefault(id, MessageEvent.NONE);
  }

  /**
   * Returns the index of the request that a message is about; {@link MessageEvent#NONE} if it is
   * about none.
   */
  int request(LinkMessage message) {
    if (message instanceof LinkMessage.InputShare input) {
      RequestId request = input.request();
      requests.putIfAbsent(request, requests.size());
      return request(request);
    }
    if (message instanceof LinkMessage.SessionOpen open) {
      return request(open.request());
    }
    if (message instanceof LinkMessage.OutputShare output) {
      return request(output.request());
    }
    return message instanceof LinkMessage.RequestAbort abort
        ? request(abort.request())
        : MessageEvent.NONE;
  }

  private int request(RequestId request) {
    return requests.getOrDefault(request, MessageEvent.NONE);
  }
}
