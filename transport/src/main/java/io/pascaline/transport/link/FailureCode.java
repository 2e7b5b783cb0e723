// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.link;

/** Why a node will not work with its peer. */
public enum FailureCode {
  /** The two speak different protocol versions. */
  VERSION_MISMATCH,
  /** The two have different plans. */
  PLAN_MISMATCH,
  /** The two have shares of different sharings. */
  SHARING_MISMATCH,
  /** The peer's role or party id is not the one expected on this link. */
  WRONG_ROLE,
  /** The node cannot serve yet; try again later. */
  NOT_READY,
  /** The node has as many links or sessions as it allows. */
  OVERLOADED,
  /** A frame could not be understood. */
  MALFORMED,
  /** A fault of this program. */
  INTERNAL
}
