// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/** What a node is in the protocol; told once, in its {@link LinkMessage.Hello}. */
public enum Role {
  /** Asks for inferences and adds the two output shares. */
  CLIENT,
  /** One of the two share holders. */
  PARTY,
  /** Generates correlated randomness and sends corrections. */
  DEALER
}
