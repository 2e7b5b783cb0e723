// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.dealer;

import io.pascaline.protocols.random.CorrelationKey;
import java.security.MessageDigest;

/**
 * The keys that a dealer shares with the parties.
 *
 * @param party0Key with party 0
 * @param party1Key with party 1
 */
public record DealerKeys(CorrelationKey party0Key, CorrelationKey party1Key) {
  /** Checks that each party has a key of its own. */
  public DealerKeys {
    if (MessageDigest.isEqual(party0Key.encoded(), party1Key.encoded())) {
      throw new IllegalArgumentException(
          "party0Key and party1Key are the same key: each party would know the other's masks");
    }
  }
}
