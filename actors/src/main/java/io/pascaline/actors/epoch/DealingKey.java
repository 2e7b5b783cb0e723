// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.epoch;

import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.Link;
import java.util.Arrays;

/** The key that a party shares with the dealer. Thread-safe. */
@FunctionalInterface
public interface DealingKey {
  /** What the key of a link is derived for. */
  String LABEL = "pascaline dealing key";

  /**
   * Returns the key.
   *
   * @param link between the dealer and the party, from either end
   * @throws IllegalStateException if there is none without a sealed link
   */
  CorrelationKey over(Link link);

  /** Returns a key that both have in a file. */
  static DealingKey of(CorrelationKey key) {
    return link -> key;
  }

  /**
   * Returns a key that both derive from their sealed link, so that it is another one for each link
   * and never sent: the identities that the link's handshake has proved are the registration.
   */
  static DealingKey ofLink() {
    return link -> {
      byte[] secret = link.exportSecret(LABEL);
      if (secret.length == 0) {
        throw new IllegalStateException("no dealing key without a sealed link to the dealer");
      }
      try {
        return CorrelationKey.ofBytes(secret);
      } finally {
        Arrays.fill(secret, (byte) 0);
      }
    };
  }
}
