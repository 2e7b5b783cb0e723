// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.actors.epoch.LayerReport;
import java.util.HashMap;
import java.util.Map;

/**
 * Numbers whose correlations are lost before a session has begun to use them, and why. Owned by the
 * party's actor; not thread-safe.
 */
final class LostCorrelations {
  private final Map<Long, LayerReport.Failed> byNumber = new HashMap<>();

  void add(LayerReport.Failed failed) {
    byNumber.put(failed.imageNumber(), failed);
  }

  /** Forgets a session's numbers; returns why the first that was lost was; null if none was. */
  LayerReport.Failed take(long sessionNumber, int imageCount) {
    LayerReport.Failed first = null;
    for (int image = 0; image < imageCount; image++) {
      LayerReport.Failed failed = byNumber.remove(sessionNumber + image);
      first = first == null ? failed : first;
    }
    return first;
  }

  void clear() {
    byNumber.clear();
  }
}
