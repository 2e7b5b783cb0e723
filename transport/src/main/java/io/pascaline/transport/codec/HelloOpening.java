// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.LinkAddress;

/**
 * The part of a hello that opens a link.
 *
 * @param dialId names the attempt
 * @param answer whether the sender was dialled
 * @param replyAddress where the sender listens
 * @param resumption the conversation that the link resumes, if any
 */
public record HelloOpening(
    long dialId, boolean answer, LinkAddress replyAddress, Resumption resumption) {
  /** An opening that resumes nothing. */
  public HelloOpening(long dialId, boolean answer, LinkAddress replyAddress) {
    this(dialId, answer, replyAddress, Resumption.NONE);
  }

  /** Returns the same, resuming a conversation. */
  public HelloOpening with(Resumption other) {
    return new HelloOpening(dialId, answer, replyAddress, other);
  }
}
