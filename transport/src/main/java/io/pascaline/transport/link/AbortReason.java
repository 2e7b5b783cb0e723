// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/** Why a session ended before its result. */
public enum AbortReason {
  /** The session's own deadline passed. */
  DEADLINE,
  /** The link to the other party was lost. */
  PEER_LOST,
  /** The link to the dealer was lost or its epoch ended. */
  DEALER_LOST,
  /** The link to the client was lost. */
  CLIENT_LOST,
  /** A message broke the protocol's order or shape. */
  PROTOCOL_VIOLATION,
  /** Too many sessions are in flight. */
  OVERLOADED,
  /** The client cancelled it. */
  CANCELLED,
  /** The node is shutting down. */
  SHUTTING_DOWN,
  /** A fault of this program. */
  INTERNAL,
  /** More images in one session than a party takes. */
  BATCH_TOO_LARGE,
  /** A check has found a wrong correction of the dealer. */
  DEALER_FAULT
}
