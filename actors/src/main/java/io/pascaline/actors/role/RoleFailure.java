// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.role;

import java.util.Objects;

/**
 * Why a role cannot serve any more.
 *
 * @param cause what kind of failure it is
 * @param detail one line for people: cause and remedy
 */
public record RoleFailure(Cause cause, String detail) {
  /** What made a role fail. */
  public enum Cause {
    /** It is set up wrongly, or cannot keep its state: a start with the same settings fails. */
    SETUP,
    /** A role that it must reach did not answer within the connect timeout. */
    UNREACHABLE,
    /** Its transport has ended, for instance because the media driver has. */
    TRANSPORT,
    /** One of its actors has ended by an exception or a fatal error. */
    CRASH
  }

  /** Checks that both are there. */
  public RoleFailure {
    Objects.requireNonNull(cause, "cause");
    Objects.requireNonNull(detail, "detail");
  }
}
