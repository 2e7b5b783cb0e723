// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What gateways do about clients that are broken or hostile. */
@Timeout(180)
class HostileClientTest {
  private static final int MUTATIONS = Boolean.getBoolean("pascaline.long") ? 10_000 : 2_000;
  private static final int PIPELINED = 3_000;
  private static final long SEED = 99;

  @TempDir private Path folder;

  /** A bad request, and what is to be said of it. */
  private record Case(int status, String code, HttpRequest.Builder request) {}

  private static List<Case> cases(Deployment deployment) {
    byte[] share = deployment.share();
    byte[] longer = Arrays.copyOf(share, share.length + 4);
    byte[] shorter = Arrays.copyOf(share, share.length - 4);
    String token = deployment.alice;
    List<Case> cases = new ArrayList<>();
    cases.add(
        new Case(400, "wrong-length", deployment.post(0, token, Deployment.freshId(), shorter)));
    cases.add(
        new Case(413, "wrong-length", deployment.post(0, token, Deployment.freshId(), longer)));
    cases.add(
        new Case(
            413,
            "wrong-length",
            deployment.post(0, token, Deployment.freshId(), new byte[8 << 20])));
    cases.add(
        new Case(
            411,
            "length-required",
            deployment
                .post(0, token, Deployment.freshId(), share)
                .POST(
                    BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(share)))));
    cases.add(
        new Case(
            415,
            "wrong-content-type",
            deployment
                .post(0, token, Deployment.freshId(), share)
                .setHeader("Content-Type", "application/json")));
    for (String id : List.of("", "1234", "Z".repeat(32), "a".repeat(33))) {
      cases.add(new Case(400, "malformed-request", deployment.post(0, token, id, share)));
    }
    cases.add(
        new Case(
            400,
            "malformed-request",
            deployment
                .post(0, token, Deployment.freshId(), share)
                .setHeader("Pascaline-Plan", "00")));
    cases.add(
        new Case(
            409,
            "other-plan",
            deployment
                .post(0, token, Deployment.freshId(), share)
                .setHeader("Pascaline-Plan", "0".repeat(64))));
    for (String timeout : List.of("0", "-1", "600001", "1e3", "99999999")) {
      cases.add(
          new Case(
              400,
              "malformed-request",
              deployment
                  .post(0, token, Deployment.freshId(), share)
                  .setHeader("Pascaline-Timeout-Ms", timeout)));
    }
    cases.addAll(casesBesideTheShare(deployment, token, share));
    return cases;
  }

  private static List<Case> casesBesideTheShare(Deployment deployment, String token, byte[] share) {
    List<Case> cases = new ArrayList<>();
    cases.add(
        new Case(
            401,
            "token-missing",
            deployment
                .post(0, token, Deployment.freshId(), share)
                .setHeader("Authorization", "Basic YTpi")));
    cases.add(
        new Case(
            401,
            "token-unknown",
            deployment.post(0, token + "x", Deployment.freshId(), new byte[8 << 20])));
    cases.add(
        new Case(
            401,
            "token-expired",
            deployment.post(0, deployment.expired, Deployment.freshId(), share)));
    String bearer = "Bearer " + token;
    for (String path :
        List.of(
            "/v1/models/other",
            "/v1/models/small:0123456789abcdef",
            "/v1/models/%zz",
            "/v1/models/other/plan")) {
      cases.add(
          new Case(
              404,
              "unknown-model",
              deployment.get(0, path.replace("%zz", "%ff")).header("Authorization", bearer)));
    }
    cases.add(
        new Case(
            404,
            "unknown-model",
            deployment
                .post(0, token, Deployment.freshId(), share)
                .uri(
                    java.net.URI.create(
                        deployment.gateways.get(0).address() + "/v1/models/other:infer"))));
    for (String path : List.of("/v1", "/v1/models/", "/../etc/passwd", "/samples/x", "/page.js/")) {
      cases.add(new Case(404, "not-found", deployment.get(0, path)));
    }
    cases.add(new Case(404, "not-found", deployment.get(0, "/")));
    cases.add(new Case(404, "not-found", deployment.get(0, "/samples/0")));
    cases.add(
        new Case(
            405,
            "wrong-method",
            deployment.get(0, "/v1/models").DELETE().header("Authorization", bearer)));
    cases.add(new Case(405, "wrong-method", deployment.get(0, "/v1/models/small:infer")));
    return cases;
  }

  @Test
  void shouldRefuseWhatIsWrongWithADefinedStatus() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      for (Case each : cases(deployment)) {
        HttpResponse<byte[]> response = deployment.send(each.request());

        String what = each.request().build() + " " + new String(response.body());
        assertEquals(each.status(), response.statusCode(), what);
        assertEquals(each.code(), Deployment.code(response), what);
        assertEquals(each.status(), Deployment.json(response).path("status").asInt(), what);
        assertEquals(
            "application/problem+json",
            response.headers().firstValue("Content-Type").orElseThrow());
      }
      deployment.awaitIdle();
      assertEquals(0, deployment.service.counters(0).traffic(0).inputShareBytesReceived(), "bytes");
      assertEquals(
          200,
          deployment
              .ask(deployment.alice, Deployment.freshId(), deployment.input())
              .get(0)
              .statusCode());
    }
  }

  @Test
  void shouldTakeEachRequestIdOnce() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      String id = Deployment.freshId();
      assertEquals(
          200, deployment.ask(deployment.alice, id, deployment.input()).get(0).statusCode());

      for (String token : List.of(deployment.alice, deployment.bob)) {
        List<HttpResponse<byte[]>> again = deployment.ask(token, id, deployment.input());

        assertEquals(409, again.get(0).statusCode());
        assertEquals(409, again.get(1).statusCode());
        assertEquals("repeated-request", Deployment.code(again.get(1)));
      }
      deployment.awaitIdle();
      assertEquals(1, deployment.service.counters(0).inferences());
    }
  }

  @Test
  void shouldEndARequestWhoseOtherShareNeverComes() throws Exception {
    try (Deployment deployment =
        new Deployment(folder, limits -> limits.otherShareTimeoutMs(200), settings -> settings)) {
      for (int party = 0; party < 2; party++) {
        HttpResponse<byte[]> alone =
            deployment.send(
                deployment.post(party, deployment.alice, Deployment.freshId(), deployment.share()));

        assertEquals(424, alone.statusCode(), "at party " + party);
        assertEquals("other-share-missing", Deployment.code(alone));
      }
      deployment.awaitIdle();
    }
  }

  @Test
  void shouldReleaseARequestWhoseClientHangsUp() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
      client
          .write(deployment.head("Content-Length: " + deployment.share().length))
          .write(deployment.share());
      Deployment.await(
          () ->
              deployment.service.counters(0).sessionsInFlight()
                      + deployment.service.counters(0).sessionsQueued()
                  == 1,
          "a session");

      client.socket.shutdownOutput();

      // Its deadline is 30 s.
      deployment.awaitIdle();
      assertTrue(
          deployment.service.counters(0).failures(io.pascaline.transport.link.AbortReason.CANCELLED)
              > 0);
    }
  }

  @Test
  void shouldCloseConnectionsThatAreTooSlow() throws Exception {
    try (Deployment deployment =
            new Deployment(
                folder, limits -> limits, settings -> settings.timeoutsMs(300, 300, 300));
        RawSocket silent = new RawSocket(deployment.gateways.get(0).address());
        RawSocket halfHead = new RawSocket(deployment.gateways.get(0).address());
        RawSocket halfBody = new RawSocket(deployment.gateways.get(0).address());
        RawSocket resting = new RawSocket(deployment.gateways.get(0).address())) {
      halfHead.write("POST /v1/models/small:infer HTTP/1.1\r\nHost: localhost\r\nX: ");
      halfBody
          .write(deployment.head("Content-Length: " + deployment.share().length))
          .write(Arrays.copyOf(deployment.share(), 100));
      resting.write("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nGET /hea");

      assertEquals("", silent.readToEnd());
      assertEquals(0, RawSocket.status(halfHead.readToEnd()));
      String answer = halfBody.readToEnd();
      assertEquals(408, RawSocket.status(answer), answer);
      assertTrue(answer.contains("body-too-slow"), answer);
      assertEquals(200, RawSocket.status(resting.readToEnd()));
      deployment.awaitIdle();
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of all connections");
    }
  }

  @Test
  void shouldOutliveManyRequestsInOneWrite() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
      // Each is refused; the parser meets thousands of them in one read.
      client.write("GET / HTTP/1.1\nHost:\n\n".repeat(PIPELINED));
      client.socket.shutdownOutput();
      client.readToEnd();

      assertEquals(
          200,
          deployment
              .ask(deployment.alice, Deployment.freshId(), deployment.input())
              .get(0)
              .statusCode());
    }
  }

  @Test
  void shouldRefuseAHeadThatIsTooLarge() throws Exception {
    try (Deployment deployment = Deployment.usual(folder)) {
      String start = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n";
      String close = "Connection: close\r\n\r\n";
      List<String> tooLarge = List.of("x: " + "a".repeat(1100) + "\r\n", "x: a\r\n".repeat(33));
      for (String headers : tooLarge) {
        try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
          String answer = client.write(start + headers + close).readToEnd();

          int status = RawSocket.status(answer);
          assertTrue(status == 400 || status == 431, answer);
        }
      }
      try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
        String most = ("x: " + "a".repeat(1000) + "\r\n").repeat(7);
        assertEquals(200, RawSocket.status(client.write(start + most + close).readToEnd()));
      }
      // Each line is allowed; all of them are not, whether the head ends or not.
      String many = ("x: " + "a".repeat(1000) + "\r\n").repeat(11);
      for (String end : List.of(close, "x: ")) {
        try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
          assertEquals("", client.write(start + many + end).readToEnd());
        }
      }
      // What follows an answer on the same connection is bounded alike.
      try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
        client.write(start + "\r\n");
        assertEquals("HTTP/1.1 200 OK", client.readLine());
        assertEquals(-1, client.write(start + many).readToEnd().indexOf("HTTP/1.1"));
      }
    }
  }

  @Test
  void shouldRefuseNamesOfOtherHostsOnLoopback() throws Exception {
    try (Deployment deployment =
        new Deployment(
            folder,
            limits -> limits,
            settings -> settings.origins(List.of("https://app.example:8443")))) {
      for (String host : List.of("localhost", "LOCALHOST:1", "127.0.0.1:80", "[::1]:80")) {
        assertEquals(200, statusOfHost(deployment, host), host);
      }
      assertEquals(200, statusOfHost(deployment, "app.example"));
      for (String host : List.of("evil.example:8080", "localhost.evil.example", "127.0.0.2")) {
        assertEquals(421, statusOfHost(deployment, host), host);
      }
    }
  }

  /** Asks as a page does whose host's name resolves to the gateway's address. */
  private static int statusOfHost(Deployment deployment, String host) throws Exception {
    try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
      String head =
          "GET /v1/gateway HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: close\r\n\r\n";
      return RawSocket.status(client.write(head.formatted(host, host)).readToEnd());
    }
  }

  @Test
  void shouldBoundConnections() throws Exception {
    try (Deployment deployment =
            new Deployment(folder, limits -> limits, settings -> settings.maxConnections(10, 3));
        RawSocket first = new RawSocket(deployment.gateways.get(0).address());
        RawSocket second = new RawSocket(deployment.gateways.get(0).address());
        RawSocket third = new RawSocket(deployment.gateways.get(0).address())) {
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 3, "three connections");
      try (RawSocket fourth = new RawSocket(deployment.gateways.get(0).address())) {
        assertEquals("", fourth.readToEnd());
      }
      String ask = "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
      for (RawSocket each : List.of(first, second, third)) {
        assertEquals(200, RawSocket.status(each.write(ask).readToEnd()));
      }
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of all connections");
    }
  }

  @Test
  void shouldRefuseALargeBodyBeforeItHasCome() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
      // It is announced and does not come: whoever read it would wait.
      client.write(deployment.head("Content-Length: " + (1 << 30))).write(new byte[10]);

      String answer = client.readToEnd();

      assertEquals(413, RawSocket.status(answer), answer);
      assertTrue(answer.contains("\"status\":413"), answer);
      deployment.awaitIdle();
    }
  }

  @Test
  void shouldOutliveMutatedRequests() throws Exception {
    SplittableRandom random = new SplittableRandom(SEED);
    try (Deployment deployment =
        new Deployment(
            folder,
            limits -> limits.otherShareTimeoutMs(50),
            settings -> settings.timeoutsMs(100, 50, 100).maxConnections(1000, 1000))) {
      List<CompletableFuture<Integer>> answers = new ArrayList<>();
      var threads = java.util.concurrent.Executors.newFixedThreadPool(64);
      try {
        for (int i = 0; i < MUTATIONS; i++) {
          byte[] request = mutated(deployment, random.split());
          answers.add(
              CompletableFuture.supplyAsync(
                  () -> {
                    try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
                      return RawSocket.status(client.write(request).readToEnd());
                    } catch (java.io.IOException e) {
                      throw new java.io.UncheckedIOException(e);
                    }
                  },
                  threads));
        }
        for (CompletableFuture<Integer> answer : answers) {
          int status = answer.get(60, TimeUnit.SECONDS);
          // Not implemented are methods and versions of HTTP that nobody knows.
          assertTrue(
              status == 0 || status < 500 || status == 501 || status == 505, "status " + status);
        }
      } finally {
        threads.shutdownNow();
      }
      deployment.awaitIdle();
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of all connections");
      assertEquals(
          200,
          deployment
              .ask(deployment.alice, Deployment.freshId(), deployment.input())
              .get(0)
              .statusCode());
    }
  }

  private static byte[] mutated(Deployment deployment, SplittableRandom random) {
    byte[] head =
        deployment
            .head("Content-Length: " + deployment.share().length)
            .getBytes(StandardCharsets.ISO_8859_1);
    byte[] request = Arrays.copyOf(head, head.length + deployment.share().length);
    int changes = 1 + random.nextInt(4);
    for (int i = 0; i < changes; i++) {
      int at = random.nextInt(head.length);
      switch (random.nextInt(4)) {
        case 0 -> request[at] = (byte) random.nextInt(256);
        case 1 -> request[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> System.arraycopy(request, at, request, random.nextInt(head.length), 1);
        default -> request = Arrays.copyOf(request, Math.max(head.length, request.length - at));
      }
    }
    return request;
  }

  @Test
  void shouldLogNothingOfARequest() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    Level before = root.getLevel();
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    root.addAppender(appender);
    root.setLevel(Level.INFO);
    try (Deployment deployment = Deployment.usual(folder)) {
      byte[] marked = deployment.share();
      byte[] secret = "swordfish".getBytes(StandardCharsets.US_ASCII);
      System.arraycopy(secret, 0, marked, 0, secret.length);
      for (Case each : cases(deployment)) {
        deployment.send(each.request().header("X-Secret", "swordfish"));
      }
      deployment.send(
          deployment
              .post(0, deployment.alice, Deployment.freshId(), marked)
              .header("Pascaline-Timeout-Ms", "100"));
      try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
        client.write("GET /swordfish\u0001 HTTP/1.1\r\nswordfish\r\n\r\n").readToEnd();
      }
      deployment.awaitIdle();

      List<String> secrets =
          List.of(
              "swordfish",
              HexFormat.of().formatHex(secret),
              Base64.getEncoder().encodeToString(marked).substring(0, 12),
              deployment.alice,
              deployment.expired);
      List<ILoggingEvent> events = List.copyOf(appender.list);
      assertFalse(events.isEmpty(), "refusals are logged");
      for (ILoggingEvent event : events) {
        String text = event.getFormattedMessage() + event.getKeyValuePairs();
        secrets.forEach(each -> assertFalse(text.contains(each), text));
        assertTrue(event.getThrowableProxy() == null, text);
      }
    } finally {
      root.detachAppender(appender);
      root.setLevel(before);
    }
  }
}
