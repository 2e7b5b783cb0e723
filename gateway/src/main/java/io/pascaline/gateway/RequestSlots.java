// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.util.HashMap;
import java.util.Map;
import java.util.function.IntSupplier;

/**
 * Bounds the requests whose bodies a gateway reads or whose answers it awaits, in all and of one
 * client, before it reads any: as many as the party takes. So memory stays bounded however many
 * large bodies arrive slowly. Thread-safe.
 */
final class RequestSlots {
  private final int max;
  private final IntSupplier maxOfOne;
  private final Map<String, Integer> byClient = new HashMap<>();
  private int taken;

  RequestSlots(int max, IntSupplier maxOfOne) {
    this.max = max;
    this.maxOfOne = maxOfOne;
  }

  /** Takes a slot, to be released once; returns whether there was one. */
  synchronized boolean take(String client) {
    int ofOne = byClient.getOrDefault(client, 0);
    if (taken >= max || ofOne >= maxOfOne.getAsInt()) {
      return false;
    }
    taken++;
    byClient.put(client, ofOne + 1);
    return true;
  }

  synchronized void release(String client) {
    taken--;
    byClient.computeIfPresent(client, (name, count) -> count == 1 ? null : count - 1);
  }

  synchronized int takenCount() {
    return taken;
  }
}
