// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.actors.link.LinkEvent;
import io.pascaline.actors.role.Hellos;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a gateway that misbehaves can do to its client: end a request, with a reason. */
@Timeout(60)
class HostileGatewayTest {
  private static final int OUTPUT_WORDS = 2;
  private static final RequestId REQUEST = new RequestId(1, 2);
  private static final String PATH = "/v1/models/m";
  private static ActorTestKit kit;

  @BeforeAll
  static void start() {
    kit = ActorTestKit.create();
  }

  @AfterAll
  static void stop() {
    kit.shutdownTestKit();
  }

  /** Answers one request with given bytes, and ends when its client hangs up. */
  private static final class OneAnswer implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final CompletableFuture<Void> hungUp = new CompletableFuture<>();

    OneAnswer(String answer) throws IOException {
      Thread thread = new Thread(() -> serve(answer.getBytes(StandardCharsets.UTF_8)), "gateway");
      thread.setDaemon(true);
      thread.start();
    }

    private void serve(byte[] answer) {
      try (Socket client = server.accept()) {
        InputStream in = client.getInputStream();
        int newlines = 0;
        while (newlines < 2) {
          int next = in.read();
          newlines = next == '\n' ? newlines + 1 : next == '\r' ? newlines : 0;
        }
        OutputStream out = client.getOutputStream();
        out.write(answer);
        out.flush();
        in.transferTo(OutputStream.nullOutputStream());
        hungUp.complete(null);
      } catch (IOException e) {
        // A client that hangs up while more is on its way.
        hungUp.complete(null);
      }
    }

    HttpGateway gateway() {
      return new HttpGateway(
          0,
          URI.create("http://127.0.0.1:" + server.getLocalPort()),
          "token",
          HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build());
    }

    @Override
    public void close() throws IOException {
      server.close();
    }
  }

  private static String answer(int status, int announcedBytes, String body) {
    return "HTTP/1.1 " + status + " X\r\nContent-Length: " + announcedBytes + "\r\n\r\n" + body;
  }

  private static String answer(int status, String body) {
    return answer(status, body.getBytes(StandardCharsets.UTF_8).length, body);
  }

  private static LinkMessage received(OneAnswer party, String path, long timeoutMs) {
    TestProbe<Client.Command> client = kit.createTestProbe();
    GatewayLink link =
        GatewayLink.open(
            party.gateway(),
            path,
            Hellos.party(0, new byte[32], new byte[LinkMessage.SHARING_ID_BYTES], 1),
            OUTPUT_WORDS,
            CellAssignments.none(),
            client.ref(),
            () -> {});
    client.receiveMessage();
    link.send(new LinkMessage.InputShare(REQUEST, timeoutMs, new int[3]));
    Client.OnLink told = (Client.OnLink) client.receiveMessage(Duration.ofSeconds(30));
    return ((LinkEvent.Received) told.event()).message();
  }

  private static RequestAbort abort(String answer, long timeoutMs) throws IOException {
    try (OneAnswer party = new OneAnswer(answer)) {
      return assertInstanceOf(RequestAbort.class, received(party, PATH, timeoutMs));
    }
  }

  @Test
  void shouldTakeAnAnswerOfItsLength() throws Exception {
    try (OneAnswer party = new OneAnswer(answer(200, "\1\0\0\0\2\0\0\0"))) {
      LinkMessage.OutputShare output =
          assertInstanceOf(LinkMessage.OutputShare.class, received(party, PATH, 20_000));
      assertArrayEquals(new int[] {1, 2}, output.words());
    }
  }

  @Test
  void shouldEndADocumentThatStallsAfterItsHead() throws Exception {
    try (OneAnswer party = new OneAnswer(answer(200, 100, "{"))) {
      GatewayException failed =
          assertThrows(
              GatewayException.class,
              () -> party.gateway().document("/v1/gateway", Duration.ofMillis(300)));
      assertEquals(AbortReason.DEADLINE, failed.reason());
      party.hungUp.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldEndAnInferenceThatStallsAfterItsHead() throws Exception {
    try (OneAnswer party = new OneAnswer(answer(200, 8, "1234"))) {
      RequestAbort abort = assertInstanceOf(RequestAbort.class, received(party, PATH, 1));
      assertEquals(AbortReason.DEADLINE, abort.reason());
      party.hungUp.get(20, TimeUnit.SECONDS);
    }
  }

  @Test
  void shouldRefuseAnAnswerThatIsTooLongOrNoSequenceOfWords() throws Exception {
    for (String body : new String[] {"123456789", "123456789012", "1234567"}) {
      RequestAbort abort = abort(answer(200, body), 20_000);
      assertEquals(AbortReason.PROTOCOL_VIOLATION, abort.reason(), body);
    }
  }

  /** The head announces two thousand million bytes; the client hangs up at the bound. */
  @Test
  void shouldHangUpOnAnEndlessBody() throws Exception {
    String endless = answer(200, 2_000_000_000, "x".repeat(1 << 16));
    try (OneAnswer party = new OneAnswer(endless)) {
      RequestAbort abort = assertInstanceOf(RequestAbort.class, received(party, PATH, 20_000));
      assertEquals(AbortReason.PROTOCOL_VIOLATION, abort.reason());
      party.hungUp.get(20, TimeUnit.SECONDS);
    }
    RequestAbort problem = abort(answer(503, "x".repeat(1 << 17)), 20_000);
    assertEquals(AbortReason.PROTOCOL_VIOLATION, problem.reason());
  }

  @Test
  void shouldShowOnePrintableLineOfAProblem() throws Exception {
    String detail = "a\\nb\\u001b[2Jc\\u202ed\\ud800" + "e".repeat(2_000);
    RequestAbort abort =
        abort(answer(429, "{\"type\":\"urn:x:overloaded\",\"detail\":\"" + detail + "\"}"), 20_000);
    assertEquals(AbortReason.OVERLOADED, abort.reason());
    String shown = abort.detail().substring("party 0: ".length());
    assertEquals(512, shown.length());
    assertTrue(shown.startsWith("a b [2Jc d e"), shown);
  }

  /** A parser that calls itself for each level would run out of its stack. */
  @Test
  void shouldEndARequestWhoseProblemIsNestedDeeply() throws Exception {
    RequestAbort abort = abort(answer(400, "{\"type\":" + "[".repeat(60_000)), 20_000);
    assertEquals(AbortReason.PROTOCOL_VIOLATION, abort.reason());
    assertEquals("party 0: HTTP status 400", abort.detail());
  }

  @Test
  void shouldEndARequestToAPathThatNoRequestCanHave() throws Exception {
    try (OneAnswer party = new OneAnswer("")) {
      RequestAbort abort =
          assertInstanceOf(RequestAbort.class, received(party, PATH + ":a b", 20_000));
      assertEquals(AbortReason.PROTOCOL_VIOLATION, abort.reason());
    }
  }

  @Test
  void shouldRefuseATokenOfOtherCharactersWithoutQuotingIt() {
    URI gateway = URI.create("https://party.example");
    for (String token : new String[] {"", "secret\r\nX: y", "secret ", "secr\u00e9t"}) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class,
              () -> PrivateInferenceClient.overGateways(gateway, "good_token-1", gateway, token));
      assertTrue(refused.getMessage().startsWith("token1 "), refused.getMessage());
      assertFalse(refused.getMessage().contains("secr"), refused.getMessage());
    }
  }
}
