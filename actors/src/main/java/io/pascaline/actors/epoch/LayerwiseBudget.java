// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import java.util.ArrayList;
import java.util.List;

/**
 * Which correlations a party may hold where those of one inference do not fit its memory. They are
 * granted layer by layer in the order of use, session after session: the next one as soon as its
 * bytes fit beside those that are granted and have not been used up, or if there are none of these,
 * so that one at least is granted whatever it takes. Thread-safe.
 *
 * <p>Nothing waits for ever. Say that a correlation is (n, l), for session n and layer l, and let
 * (n, l) be the first in the order of use that has not ended at both parties. A party grants in
 * this order. If it has not granted (n, l) it holds nothing, since all that it has granted comes
 * before and has ended; then it grants (n, l). A party that keeps whole inferences has granted it
 * as well: layer l has ended all earlier sessions there. So both have given the dealer credit for
 * (n, l); the dealer deals in the same order and stops at nothing earlier. What (n, l) reads is the
 * output of earlier layers of session n, which have ended. So session n passes layer l when
 * somebody asks for it, or the number is abandoned and its correlation is discarded when it is
 * there; both end (n, l).
 */
final class LayerwiseBudget implements CorrelationBudget {
  static final LayerwiseBudget UNLIMITED =
      new LayerwiseBudget(new long[0], new int[0], Long.MAX_VALUE);

  private final long[] bytes;
  private final int[] order;
  private final long capacityBytes;
  private final long[] grantedEnd;
  private final Runnable[] told;
  private long usedBytes;
  private long outstanding;
  private int position;

  private LayerwiseBudget(long[] bytes, int[] order, long capacityBytes) {
    this.bytes = bytes;
    this.order = order;
    this.capacityBytes = capacityBytes;
    grantedEnd = new long[bytes.length];
    told = new Runnable[bytes.length];
    advance();
  }

  /**
   * Returns a budget.
   *
   * @param bytes by layer id, of one correlation; 0 for layers that have none
   * @param capacityBytes what all that are granted may take together
   */
  static LayerwiseBudget of(List<Long> bytes, long capacityBytes) {
    int[] order = new int[(int) bytes.stream().filter(size -> size > 0).count()];
    int at = 0;
    for (int layer = 0; layer < bytes.size(); layer++) {
      if (bytes.get(layer) > 0) {
        order[at++] = layer;
      }
    }
    return new LayerwiseBudget(
        bytes.stream().mapToLong(Long::longValue).toArray(), order, capacityBytes);
  }

  @Override
  public void join(int layer, Runnable onGranted) {
    synchronized (this) {
      if (order.length == 0) {
        return;
      }
      told[layer] = onGranted;
    }
    onGranted.run();
  }

  @Override
  public synchronized long grantedEnd(int layer) {
    return order.length == 0 || bytes[layer] == 0 ? Long.MAX_VALUE : grantedEnd[layer];
  }

  @Override
  public void release(int layer) {
    List<Runnable> granted;
    synchronized (this) {
      if (order.length == 0 || bytes[layer] == 0) {
        return;
      }
      usedBytes -= bytes[layer];
      outstanding--;
      granted = advance();
    }
    granted.forEach(Runnable::run);
  }

  private List<Runnable> advance() {
    List<Runnable> granted = new ArrayList<>();
    while (order.length > 0
        && (outstanding == 0 || usedBytes + bytes[order[position]] <= capacityBytes)) {
      int layer = order[position];
      usedBytes += bytes[layer];
      outstanding++;
      grantedEnd[layer]++;
      if (told[layer] != null) {
        granted.add(told[layer]);
      }
      position = (position + 1) % order.length;
    }
    return granted;
  }
}
