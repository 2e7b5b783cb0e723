// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.InferenceResult;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.cli.options.BundledModel;
import io.pascaline.cli.options.NetworkInputs;
import io.pascaline.cli.options.PixelScale;
import io.pascaline.transport.link.AbortReason;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The Java client over gateways, against the roles of the demo. */
@Timeout(120)
class GatewayClientTest {
  private static final int PICTURES = 100;

  private static GatewayClient.Builder client(BundledDemo demo) {
    return PrivateInferenceClient.overGateways(
        demo.demo.gateway(0), demo.demo.token(0), demo.demo.gateway(1), demo.demo.token(1));
  }

  private static NetworkInputs inputs(GatewayClient client, int count) {
    return NetworkInputs.ofImages(
        BundledModel.images(BundledModel.INPUT_SIZE, count),
        PixelScale.of(1, String.join(",", client.mean()), String.join(",", client.std())));
  }

  /** All at a time: what the parties refuse for the moment is retried. */
  @Test
  void shouldAnswerAsTheEmbeddedRunDoesAndRetryWhatIsRefused() throws Exception {
    for (String suite : List.of("fused", "classic")) {
      int count = suite.equals("fused") ? PICTURES : 10;
      try (BundledDemo demo = new BundledDemo(0, "--suite", suite);
          GatewayClient client = client(demo).requestTimeout(Duration.ofSeconds(60)).connect();
          NetworkInputs inputs = inputs(client, count)) {
        assertEquals(demo.model.input().classLabels(), client.labels());
        List<CompletableFuture<InferenceResult>> answers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
          answers.add(client.infer(inputs.apply(i)).toCompletableFuture());
        }

        List<Integer> classes = new ArrayList<>();
        for (CompletableFuture<InferenceResult> answer : answers) {
          InferenceResult result = answer.get(60, TimeUnit.SECONDS);
          assertEquals(List.of(), result.warnings());
          classes.add(result.prediction(client.plan()));
        }

        assertEquals(demo.embeddedClasses(count), classes);
        // Two shares of each answer; of attempts that one party refused there may be one more.
        long answerBytes = 2L * 4 * client.plan().outputWordCount();
        assertTrue(
            client.statistics().client().outputShareBytesReceived() >= count * answerBytes, suite);
      }
    }
  }

  @Test
  void shouldSayInOneLineWhyItCannotConnect() {
    try (BundledDemo demo = new BundledDemo(0)) {
      URI first = demo.demo.gateway(0);
      URI second = demo.demo.gateway(1);
      String token = demo.demo.token(0);

      assertFails(PrivateInferenceClient.overGateways(first, token, second, token), "token");
      assertFails(
          PrivateInferenceClient.overGateways(second, demo.demo.token(1), first, token),
          "is that of party 1");
      assertFails(client(demo).model("other"), "no such model");
      assertThrows(
          IllegalArgumentException.class,
          () -> PrivateInferenceClient.overGateways(first, token, first, token).connect());
      assertThrows(
          IllegalArgumentException.class,
          () ->
              PrivateInferenceClient.overGateways(
                      URI.create("http://192.0.2.1:80"), token, second, token)
                  .connect());
    }
  }

  private static void assertFails(GatewayClient.Builder client, String what) {
    InferenceException failed = assertThrows(InferenceException.class, client::connect);
    assertTrue(failed.getMessage().contains(what), failed.getMessage());
    assertEquals(1, failed.getMessage().lines().count());
  }

  @Test
  void shouldFailWhenAPartyIsGone() throws Exception {
    GatewayClient client;
    float[] input;
    try (BundledDemo demo = new BundledDemo(0)) {
      client = client(demo).requestTimeout(Duration.ofSeconds(1)).connect();
      try (NetworkInputs inputs = inputs(client, 1)) {
        input = inputs.apply(0);
      }
    }
    try (client) {
      ExecutionException failed =
          assertThrows(
              ExecutionException.class,
              () -> client.infer(input).toCompletableFuture().get(30, TimeUnit.SECONDS));
      assertEquals(
          AbortReason.PEER_LOST,
          assertInstanceOf(InferenceException.class, failed.getCause()).reason());
    }
  }
}
