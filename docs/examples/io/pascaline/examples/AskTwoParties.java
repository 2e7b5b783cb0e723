// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.examples;

import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.api.RetryPolicy;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.PrivateIdentity;
import io.pascaline.transport.secure.PublicIdentity;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A program without actors that asks two deployed parties. */
public final class AskTwoParties {
  private AskTwoParties() {}

  /**
   * Asks one question; a program that asks more keeps the client open.
   *
   * @param plan the public plan: {@code NetworkPlan.decode} of the bytes of {@code plan.bin}
   * @param own this client's identity, whose public key the parties list among their clients
   * @param party0 where party 0 listens, such as {@code LinkAddress.udp("10.0.0.1", 40401)}
   * @param party0Identity who must answer there
   * @param party1 where party 1 listens
   * @param party1Identity who must answer there
   * @param input the network's input, row-major
   * @return the class that the model answers
   */
  public static int classify(
      NetworkPlan plan,
      PrivateIdentity own,
      LinkAddress party0,
      PublicIdentity party0Identity,
      LinkAddress party1,
      PublicIdentity party1Identity,
      float[] input) {
    try (PrivateInferenceClient client =
        PrivateInferenceClient.builder(plan)
            .identity(own)
            .party(0, party0, party0Identity)
            .party(1, party1, party1Identity)
            .requestTimeout(Duration.ofSeconds(20))
            .retry(RetryPolicy.usual())
            .connect()) {
      CompletionStage<Integer> answer =
          client.infer(input).thenApply(result -> result.prediction(plan));
      return answer.toCompletableFuture().join();
    }
  }

  /** Returns what a program can tell its user of a request that ended without an answer. */
  public static String explain(InferenceException ended) {
    return ended.retryAfterMs() > 0
        ? ended.getMessage() + " (in " + ended.retryAfterMs() + " ms)"
        : ended.getMessage();
  }
}
