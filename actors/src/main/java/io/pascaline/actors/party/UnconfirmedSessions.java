// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import java.util.HashMap;
import java.util.Map;

/**
 * Sessions that have a number and of which the peer has sent no opening yet, by the client they are
 * for. It sends one as soon as it has its half of the input and a correlation. Owned by the party's
 * actor; not thread-safe.
 */
final class UnconfirmedSessions {
  private final Map<Long, Object> owners = new HashMap<>();
  private final Map<Object, Integer> counts = new HashMap<>();

  /** A session of a client got its number. */
  void add(long number, Object owner) {
    owners.put(number, owner);
    counts.merge(owner, 1, Integer::sum);
  }

  /** Returns the peer is at work on a session, or it is over; false if that was known. */
  boolean remove(long number) {
    Object owner = owners.isEmpty() ? null : owners.remove(number);
    if (owner == null) {
      return false;
    }
    counts.computeIfPresent(owner, (key, count) -> count == 1 ? null : count - 1);
    return true;
  }

  /** Returns how many sessions of a client there are. */
  int count(Object owner) {
    return counts.getOrDefault(owner, 0);
  }

  /** The numbers mean nothing any more. */
  void clear() {
    owners.clear();
    counts.clear();
  }
}
