// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.transport.link.RequestId;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Ids of the latest requests of all clients: one id is for one request, so that neither a replay
 * nor a client that draws another's id joins shares of different inputs. Older ids are forgotten,
 * which wastes correlations at worst. Thread-safe.
 */
final class RecentRequests {
  static final int MAX_REMEMBERED = 65_536;

  private final Set<RequestId> ids = new LinkedHashSet<>();

  /** Returns whether an id is new, and remembers it. */
  synchronized boolean add(RequestId id) {
    if (!ids.add(id)) {
      return false;
    }
    if (ids.size() > MAX_REMEMBERED) {
      ids.remove(ids.iterator().next());
    }
    return true;
  }
}
