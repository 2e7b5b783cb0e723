// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.gateway.token.TokenFile;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.testsupport.RightAnswers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What gateways do for clients that behave. */
@Timeout(120)
class GatewayTest {
  @TempDir private Path folder;

  @Test
  void shouldAnswerAsTheNetworkDoes() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      RightAnswers answers = new RightAnswers(deployment.network);
      for (int i = 0; i < 20; i++) {
        float[] input = deployment.input();
        List<HttpResponse<byte[]>> responses =
            deployment.ask(deployment.alice, Deployment.freshId(), input);

        assertEquals(200, responses.get(0).statusCode());
        assertEquals(200, responses.get(1).statusCode());
        int[] words =
            deployment
                .plan()
                .ring()
                .sum(
                    Deployment.words(responses.get(0).body()),
                    Deployment.words(responses.get(1).body()));
        assertNull(answers.faultOf(input, words));
      }
      deployment.awaitIdle();
      long bytes = 20L * 4 * deployment.plan().inputWordCount();
      assertEquals(bytes, deployment.service.counters(0).traffic(0).inputShareBytesReceived());
    }
  }

  /** Ways in which HTTP clients send one request. */
  @ParameterizedTest
  @ValueSource(strings = {"Connection: close", "Expect: 100-continue", "X: y"})
  void shouldAnswerClientsThatCloseOrWaitBeforeTheBody(String header) throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      List<byte[]> shares = deployment.shares(deployment.input());
      String id = Deployment.freshId();
      List<RawSocket> clients = new ArrayList<>();
      for (int party = 0; party < 2; party++) {
        RawSocket client = new RawSocket(deployment.gateways.get(party).address());
        clients.add(client);
        client.write(
            String.join(
                "\r\n",
                "POST /v1/models/small:infer HTTP/1.1",
                "Host: localhost",
                "Authorization: Bearer " + deployment.alice,
                "Content-Type: application/octet-stream",
                "Pascaline-Request: " + id,
                "Pascaline-Plan: " + deployment.digest(),
                "Content-Length: " + shares.get(party).length,
                header,
                "",
                ""));
        if (header.startsWith("Expect")) {
          assertEquals("HTTP/1.1 100 Continue", client.readLine());
          while (!client.readLine().isEmpty()) {
            // Headers of the interim answer.
          }
        }
        client.write(shares.get(party));
      }
      for (RawSocket client : clients) {
        assertEquals("HTTP/1.1 200 OK", client.readLine());
        client.close();
      }
      deployment.awaitIdle();
    }
  }

  @Test
  void shouldDescribeTheModelAlikeAtBothParties() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      String bearer = "Bearer " + deployment.alice;
      List<JsonNode> descriptions = new ArrayList<>();
      for (int party = 0; party < 2; party++) {
        JsonNode listed =
            Deployment.json(
                deployment.send(
                    deployment.get(party, "/v1/models").header("Authorization", bearer)));
        String version = listed.at("/models/0/version").asText();
        JsonNode described =
            Deployment.json(
                deployment.send(
                    deployment
                        .get(party, "/v1/models/small:" + version)
                        .header("Authorization", bearer)));
        byte[] plan =
            deployment
                .send(
                    deployment.get(party, "/v1/models/small/plan").header("Authorization", bearer))
                .body();
        JsonNode gateway = Deployment.json(deployment.send(deployment.get(party, "/v1/gateway")));

        descriptions.add(described);
        assertArrayEquals(deployment.plan().encode(), NetworkPlan.decode(plan).encode());
        assertEquals(party, gateway.path("party").asInt());
        assertEquals(deployment.digest(), described.path("planDigest").asText());
        assertEquals(
            deployment.plan().inputFractionBits(), described.at("/input/fractionBits").asInt());
      }
      assertEquals(descriptions.get(0), descriptions.get(1));
    }
  }

  @Test
  void shouldBeReadyOnceTheRolesAreConnected() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      assertEquals(200, deployment.send(deployment.get(0, "/health/live")).statusCode());
      Deployment.await(
          () -> statusOf(deployment, "/health/ready") == 200, "readiness of the gateway");

      deployment.gateways.get(0).drain();

      HttpResponse<byte[]> ready =
          deployment.send(
              deployment
                  .get(0, "/health/ready")
                  .header("Authorization", "Bearer " + deployment.alice));
      assertEquals(503, ready.statusCode());
      assertTrue(Deployment.json(ready).path("draining").asBoolean());
      for (String stranger : List.of("Bearer x", "Bearer " + deployment.expired, "Basic YTpi")) {
        HttpResponse<byte[]> shown =
            deployment.send(deployment.get(0, "/health/ready").header("Authorization", stranger));
        assertEquals(503, shown.statusCode());
        assertEquals("{\"ready\":false}", new String(shown.body()));
      }
      assertEquals(
          "{\"ready\":false}",
          new String(deployment.send(deployment.get(0, "/health/ready")).body()));
      HttpResponse<byte[]> refused =
          deployment.send(
              deployment.post(0, deployment.alice, Deployment.freshId(), deployment.share()));
      assertEquals(503, refused.statusCode());
      assertEquals("shutting-down", Deployment.code(refused));
      assertTrue(refused.headers().firstValue("Retry-After").isPresent());
    }
  }

  private static int statusOf(Deployment deployment, String path) {
    try {
      return deployment.send(deployment.get(0, path)).statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldLimitEachClientByItsQuota() throws Exception {
    try (Deployment deployment =
        new Deployment(folder, limits -> limits.clientQuota(2, 0), settings -> settings)) {
      // One share alone: the request holds its slot until its deadline.
      List<CompletableFuture<HttpResponse<byte[]>>> held = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        held.add(
            deployment.sendLater(
                deployment
                    .post(0, deployment.alice, Deployment.freshId(), deployment.share())
                    .header("Pascaline-Timeout-Ms", "1500")));
      }
      Deployment.await(() -> deployment.gateways.get(0).requestCount() == 2, "two requests");

      HttpResponse<byte[]> refused =
          deployment.send(
              deployment.post(0, deployment.alice, Deployment.freshId(), deployment.share()));
      List<HttpResponse<byte[]>> other =
          deployment.ask(deployment.bob, Deployment.freshId(), deployment.input());

      assertEquals(429, refused.statusCode());
      assertEquals("overloaded", Deployment.code(refused));
      assertEquals("1", refused.headers().firstValue("Retry-After").orElseThrow());
      assertEquals(200, other.get(0).statusCode());
      for (CompletableFuture<HttpResponse<byte[]>> each : held) {
        assertEquals(504, each.get(30, TimeUnit.SECONDS).statusCode());
      }
      deployment.awaitIdle();
    }
  }

  @Test
  void shouldReadTokensAgainWhenTheirFileChanges() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      String path = "/v1/models";
      String carol = AccessToken.generate(Deployment.RANDOM);
      assertEquals(401, statusOf(deployment, path, carol));
      assertEquals(200, statusOf(deployment, path, deployment.alice));
      // Alice has a link at the party, which goes with her token.
      deployment.ask(deployment.alice, Deployment.freshId(), deployment.input());

      deployment.writeTokens(TokenEntry.of("carol", carol, Optional.empty()));

      Deployment.await(() -> statusOf(deployment, path, carol) == 200, "use of the new token");
      assertEquals(401, statusOf(deployment, path, deployment.alice));
      deployment.replaceTokens(List.of("carol " + carol));
      assertThrows(
          IllegalArgumentException.class,
          () -> io.pascaline.gateway.token.TokenFile.open(deployment.tokens));
      assertEquals(200, statusOf(deployment, path, carol));
    }
  }

  private static int statusOf(Deployment deployment, String path, String token) {
    try {
      return deployment
          .send(deployment.get(0, path).header("Authorization", "Bearer " + token))
          .statusCode();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** As one that is taken from the file, a token that expires ends what it has asked. */
  @Test
  void shouldEndTheRequestsOfATokenThatExpires() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      String carol = AccessToken.generate(Deployment.RANDOM);
      deployment.writeTokens(
          TokenEntry.of("alice", deployment.alice, Optional.empty()),
          TokenEntry.of("carol", carol, Optional.of(Instant.now().plusMillis(1500))));
      Deployment.await(
          () -> statusOf(deployment, "/v1/models", carol) == 200, "use of the new token");

      // Their deadlines are 30 s.
      List<CompletableFuture<HttpResponse<byte[]>>> held = new ArrayList<>();
      for (String token : List.of(carol, deployment.alice)) {
        held.add(
            deployment.sendLater(
                deployment.post(0, token, Deployment.freshId(), deployment.share())));
      }
      HttpResponse<byte[]> ended = held.get(0).get(20, TimeUnit.SECONDS);

      assertEquals(401, ended.statusCode());
      assertEquals("token-expired", Deployment.code(ended));
      assertFalse(held.get(1).isDone(), "the other client's token has not ended");
    }
  }

  @Test
  void shouldEndTheRequestsOfATokenThatIsTakenFromAVersionThatDrains() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      CompletableFuture<HttpResponse<byte[]>> held =
          deployment.sendLater(
              deployment.post(0, deployment.alice, Deployment.freshId(), deployment.share()));
      Deployment.await(() -> deployment.gateways.get(0).requestCount() == 1, "a request");
      deployment.gateways.get(0).withdraw(deployment.plan());

      deployment.writeTokens(TokenEntry.of("bob", deployment.bob, Optional.empty()));

      // Its deadline is 30 s.
      HttpResponse<byte[]> ended = held.get(20, TimeUnit.SECONDS);
      assertEquals(401, ended.statusCode());
      assertEquals("token-expired", Deployment.code(ended));
    }
  }

  @Test
  void shouldEndARequestAtTheGatewaysDeadlineIfItsOwnIsLater() throws Exception {
    try (Deployment deployment =
        new Deployment(folder, limits -> limits, settings -> settings.maxTimeoutMs(300))) {
      HttpResponse<byte[]> half =
          deployment.send(
              deployment
                  .post(0, deployment.alice, Deployment.freshId(), deployment.share())
                  .header("Pascaline-Timeout-Ms", "600000"));

      assertEquals(504, half.statusCode());
      deployment.awaitIdle();
    }
  }

  @Test
  void shouldReportAnEndThatNobodyAskedFor() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      CompletableFuture<String> first = deployment.gateways.get(0).failure().toCompletableFuture();
      CompletableFuture<String> second = deployment.gateways.get(1).failure().toCompletableFuture();
      assertFalse(first.isDone());

      deployment.gateways.get(0).system().terminate();
      deployment.gateways.get(1).close();

      String reason = first.get(30, TimeUnit.SECONDS);
      assertTrue(reason.startsWith("gateway: the server at 127.0.0.1:"), reason);
      assertFalse(reason.contains("\n"), reason);
      assertFalse(second.isDone(), "a gateway that is closed has not failed");
    }
  }

  @Test
  void shouldTryAReloadAgainUntilItSucceeds() throws Exception {
    Logger gatewayLog = (Logger) LoggerFactory.getLogger(Gateway.class);
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    gatewayLog.addAppender(appender);
    gatewayLog.setLevel(Level.WARN);
    try (Deployment deployment = Deployment.usual(folder)) {
      String carol = AccessToken.generate(Deployment.RANDOM);
      deployment.replaceTokens(List.of("alice nothing"));
      Deployment.await(() -> warnings(appender) == 2, "a warning of each gateway");

      TokenFile tokens = unreadable(deployment);
      assertThrows(IllegalArgumentException.class, tokens::reloadIfChanged);
      assertThrows(IllegalArgumentException.class, tokens::reloadIfChanged);
      assertEquals(200, statusOf(deployment, "/v1/models", deployment.alice));

      deployment.writeTokens(TokenEntry.of("carol", carol, Optional.empty()));
      Deployment.await(
          () -> statusOf(deployment, "/v1/models", carol) == 200, "use of the new token");
      assertEquals(2, warnings(appender), "each message once, however often it was tried");
    } finally {
      gatewayLog.detachAppender(appender);
      gatewayLog.setLevel(null);
    }
  }

  private static long warnings(ListAppender<ILoggingEvent> appender) {
    return List.copyOf(appender.list).stream()
        .filter(event -> event.getFormattedMessage().startsWith("the former tokens"))
        .count();
  }

  @Test
  void shouldRefuseTokensThatAreAmbiguousOrOpenToEverybody() throws Exception {
    Path file = folder.resolve("other-tokens");
    String token = AccessToken.generate(Deployment.RANDOM);
    Files.write(
        file,
        List.of(
            TokenEntry.of("alice", token, Optional.empty()).line(),
            "# a note",
            TokenEntry.of("bob", token, Optional.empty()).line()));
    IllegalArgumentException twice =
        assertThrows(IllegalArgumentException.class, () -> TokenFile.open(file));
    assertTrue(twice.getMessage().contains("line 3: has the token of line 1"), twice.getMessage());

    Files.write(file, List.of(TokenEntry.of("alice", token, Optional.empty()).line()));
    TokenFile.open(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
    IllegalArgumentException open =
        assertThrows(IllegalArgumentException.class, () -> TokenFile.open(file));
    assertTrue(open.getMessage().contains("chmod o-w"), open.getMessage());
  }

  /** Returns a file of tokens that has changed, and that cannot be understood since. */
  private TokenFile unreadable(Deployment deployment) throws Exception {
    Path file = folder.resolve("other-tokens");
    Files.writeString(
        file, TokenEntry.of("alice", deployment.alice, Optional.empty()).line() + "\n");
    TokenFile tokens = TokenFile.open(file);
    Files.writeString(file, "alice nothing\n");
    // A change counts at the second look.
    assertFalse(tokens.reloadIfChanged());
    return tokens;
  }

  @Test
  void shouldRefusePlainHttpWhereOtherMachinesReachIt() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () ->
                  Gateway.start(
                      GatewaySettings.builder(deployment.tokens).listen("0.0.0.0", 0).build(),
                      deployment.service.clientEntrance(0)));

      assertTrue(refused.getMessage().contains("plain HTTP"), refused.getMessage());
    }
  }

  @Test
  void shouldLetListedOriginsAloneUseIt() throws Exception {
    String own = "https://app.example";
    try (Deployment deployment =
        new Deployment(folder, limits -> limits, settings -> settings.origins(List.of(own)))) {
      HttpResponse<byte[]> preflight =
          deployment.send(
              deployment
                  .get(0, "/v1/models/small:infer")
                  .method("OPTIONS", java.net.http.HttpRequest.BodyPublishers.noBody())
                  .header("Origin", own)
                  .header("Access-Control-Request-Method", "POST"));
      HttpResponse<byte[]> listed =
          deployment.send(
              deployment
                  .get(0, "/v1/models")
                  .header("Origin", own)
                  .header("Authorization", "Bearer " + deployment.alice));
      HttpResponse<byte[]> foreign =
          deployment.send(
              deployment
                  .get(0, "/v1/models")
                  .header("Origin", "https://evil.example")
                  .header("Authorization", "Bearer " + deployment.alice));
      HttpResponse<byte[]> none =
          deployment.send(deployment.get(0, "/health/live").header("Origin", "null"));

      assertEquals(204, preflight.statusCode());
      assertEquals(own, allowed(preflight).orElseThrow());
      assertTrue(
          preflight
              .headers()
              .firstValue("Access-Control-Allow-Headers")
              .orElseThrow()
              .contains("Pascaline-Request"));
      assertEquals(200, listed.statusCode());
      assertEquals(own, allowed(listed).orElseThrow());
      assertEquals(403, foreign.statusCode());
      assertFalse(allowed(foreign).isPresent());
      assertEquals(403, none.statusCode());
    }
  }

  private static Optional<String> allowed(HttpResponse<byte[]> response) {
    // A browser accepts exactly one.
    List<String> values = response.headers().allValues("Access-Control-Allow-Origin");
    assertTrue(values.size() <= 1, values.toString());
    return values.stream().findFirst();
  }
}
