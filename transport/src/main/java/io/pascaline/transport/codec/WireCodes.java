// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.transport.codec;

import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.Role;
import io.pascaline.transport.sbe.AbortCode;
import io.pascaline.transport.sbe.FailureKind;
import io.pascaline.transport.sbe.RoleCode;

/** The port's enums and the schema's, told apart so that neither can change the other. */
final class WireCodes {
  private WireCodes() {}

  static RoleCode encode(Role role) {
    return switch (role) {
      case CLIENT -> RoleCode.CLIENT;
      case PARTY -> RoleCode.PARTY;
      case DEALER -> RoleCode.DEALER;
    };
  }

  static Role decodeRole(short raw) throws MalformedFrame {
    if (raw == RoleCode.CLIENT.value()) {
      return Role.CLIENT;
    }
    if (raw == RoleCode.PARTY.value()) {
      return Role.PARTY;
    }
    if (raw == RoleCode.DEALER.value()) {
      return Role.DEALER;
    }
    throw unknown("role", raw);
  }

  static AbortCode encode(AbortReason reason) {
    return switch (reason) {
      case DEADLINE -> AbortCode.DEADLINE;
      case PEER_LOST -> AbortCode.PEER_LOST;
      case DEALER_LOST -> AbortCode.DEALER_LOST;
      case CLIENT_LOST -> AbortCode.CLIENT_LOST;
      case PROTOCOL_VIOLATION -> AbortCode.PROTOCOL_VIOLATION;
      case OVERLOADED -> AbortCode.OVERLOADED;
      case CANCELLED -> AbortCode.CANCELLED;
      case SHUTTING_DOWN -> AbortCode.SHUTTING_DOWN;
      case INTERNAL -> AbortCode.INTERNAL;
      case BATCH_TOO_LARGE -> AbortCode.BATCH_TOO_LARGE;
      case DEALER_FAULT -> AbortCode.DEALER_FAULT;
    };
  }

  static AbortReason decodeAbort(short raw) throws MalformedFrame {
    for (AbortReason reason : ABORT_REASONS) {
      if (encode(reason).value() == raw) {
        return reason;
      }
    }
    throw unknown("abort reason", raw);
  }

  static FailureKind encode(FailureCode code) {
    return switch (code) {
      case VERSION_MISMATCH -> FailureKind.VERSION_MISMATCH;
      case PLAN_MISMATCH -> FailureKind.PLAN_MISMATCH;
      case SHARING_MISMATCH -> FailureKind.SHARING_MISMATCH;
      case WRONG_ROLE -> FailureKind.WRONG_ROLE;
      case NOT_READY -> FailureKind.NOT_READY;
      case OVERLOADED -> FailureKind.OVERLOADED;
      case MALFORMED -> FailureKind.MALFORMED;
      case INTERNAL -> FailureKind.INTERNAL;
    };
  }

  static FailureCode decodeFailure(short raw) throws MalformedFrame {
    for (FailureCode code : FAILURE_CODES) {
      if (encode(code).value() == raw) {
        return code;
      }
    }
    throw unknown("failure code", raw);
  }

  private static final AbortReason[] ABORT_REASONS = AbortReason.values();
  private static final FailureCode[] FAILURE_CODES = FailureCode.values();

  private static MalformedFrame unknown(String field, short raw) {
    return new MalformedFrame(FrameFault.BAD_VALUE, field + " is " + raw);
  }
}
