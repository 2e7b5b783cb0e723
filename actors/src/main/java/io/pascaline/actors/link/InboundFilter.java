// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.link;

import io.pascaline.transport.link.Link;
import io.pascaline.transport.link.LinkMessage;

/**
 * Stands between a role's links and its actor's mailbox. Belongs to the threads of the links, and
 * never blocks.
 */
@FunctionalInterface
public interface InboundFilter {
  /** Hands everything to the actor. */
  InboundFilter ALL = (link, message) -> true;

  /**
   * Takes a message, which comes after those that were taken before it from the same link.
   *
   * @return true if the actor must get it; false if it has been delivered elsewhere, answered or
   *     dropped
   */
  boolean handOver(Link link, LinkMessage message);
}
