// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.party;

import io.pascaline.layers.compile.ModelShare;
import io.pascaline.transport.link.FailureCode;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.Role;
import java.util.Arrays;
import java.util.HexFormat;

/** Compares what a peer says of itself with what this party holds, before any share moves. */
final class Introductions {
  private static final int DIGEST_BYTES = 8;

  private final ModelShare model;

  Introductions(ModelShare model) {
    this.model = model;
  }

  /** Returns the reason to refuse a peer; null if it is welcome. */
  LinkMessage.Failure refusal(LinkMessage.Hello hello) {
    if (!Arrays.equals(hello.planDigest(), model.plan().digest())) {
      return new LinkMessage.Failure(
          FailureCode.PLAN_MISMATCH,
          hello.name()
              + " has another model ("
              + shown(hello.planDigest())
              + ") than party "
              + model.partyId()
              + " ("
              + shown(model.plan().digest())
              + "): "
              + (hello.role() == Role.CLIENT
                  ? "get the plan.bin of the parties' shares from the model's owner"
                  : "give both the files of one sharing"));
    }
    if (hello.role() == Role.PARTY) {
      if (hello.partyId() != 1 - model.partyId()) {
        return new LinkMessage.Failure(
            FailureCode.WRONG_ROLE,
            "both sides are party "
                + model.partyId()
                + ": give one of them the other share of the model");
      }
      if (ModelShare.isOfClient(hello.sharingId()) != model.clientIsParty1()) {
        return new LinkMessage.Failure(
            FailureCode.SHARING_MISMATCH,
            "one side takes the client for party 1 and the other one an operator: 'pascaline server'"
                + " serves 'pascaline client --as-party', and 'pascaline party' the other party");
      }
      if (!Arrays.equals(hello.sharingId(), model.sharingId())) {
        return new LinkMessage.Failure(
            FailureCode.SHARING_MISMATCH,
            "the parties hold shares of different sharings of the model: share it once and give"
                + " each party its file");
      }
    }
    return null;
  }

  /** Returns the start of a digest, by which people compare models. */
  private static String shown(byte[] digest) {
    return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
  }
}
