// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.gateway.http.TestCertificate;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a client is told whose request is refused while it still sends the body. */
@Timeout(120)
class RefusedBodyTest {
  /** More than the sockets of both ends hold. */
  private static final int BODY_BYTES = 8 << 20;

  private static final int CHUNK_BYTES = 1 << 16;

  /** Whether a client loses its answer depends on who is faster. */
  private static final int REPETITIONS = 8;

  @TempDir private Path folder;

  /** A request, and who refuses it. */
  private enum Refused {
    /** The gateway, by the length that the head announces. */
    BY_LENGTH(413, "Content-Length: " + BODY_BYTES),
    /** The gateway, since no length is announced. */
    CHUNKED(411, "Transfer-Encoding: chunked"),
    /** The HTTP layer, which cannot read the head. */
    BY_HEAD(400, "Content-Length: x");

    final int status;
    final String header;

    Refused(int status, String header) {
      this.status = status;
      this.header = header;
    }

    byte[] body() {
      if (this != CHUNKED) {
        return new byte[BODY_BYTES];
      }
      String chunk = Integer.toHexString(CHUNK_BYTES) + "\r\n" + "a".repeat(CHUNK_BYTES) + "\r\n";
      return (chunk.repeat(BODY_BYTES / CHUNK_BYTES) + "0\r\n\r\n")
          .getBytes(StandardCharsets.US_ASCII);
    }
  }

  @ParameterizedTest
  @EnumSource(Refused.class)
  void shouldAnswerAClientThatSendsTheWholeBodyFirst(Refused refused) throws Exception {
    byte[] body = refused.body();
    try (Deployment deployment = Deployment.usual(folder)) {
      for (int i = 0; i < REPETITIONS; i++) {
        try (RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
          String answer = client.write(deployment.head(refused.header)).write(body).readToEnd();

          assertEquals(refused.status, RawSocket.status(answer), "at " + i + ": " + answer);
        }
      }
      deployment.awaitIdle();
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of all connections");
    }
  }

  @Test
  void shouldAnswerOverTls() throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    Path chain = folder.resolve("server.pem");
    Path key = folder.resolve("server.key");
    certificate.writeChain(chain);
    certificate.writeKey(key);
    try (Deployment deployment =
        new Deployment(folder, limits -> limits, settings -> settings.certificate(chain, key))) {
      HttpClient http = HttpClient.newBuilder().sslContext(certificate.trusting()).build();
      for (int i = 0; i < REPETITIONS; i++) {
        HttpResponse<byte[]> response =
            http.sendAsync(
                    deployment
                        .post(0, deployment.alice, Deployment.freshId(), new byte[BODY_BYTES])
                        .build(),
                    BodyHandlers.ofByteArray())
                .get(30, TimeUnit.SECONDS);

        assertEquals(413, response.statusCode(), "at " + i);
        assertEquals("wrong-length", Deployment.code(response));
      }
    }
  }

  /** The gateway has closed its side before the client reads more than its small window holds. */
  @Test
  void shouldNotCutTheLastAnswerOfASlowReader() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        RawSocket client = RawSocket.receiving(2_048, deployment.gateways.get(0).address())) {
      client.write("GET /openapi.json HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      Deployment.await(() -> deployment.gateways.get(0).connectionCount() > 0, "a connection");
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of the connection");

      String answer = client.readToEnd();

      Matcher length = Pattern.compile("(?i)\r\nContent-Length: (\\d+)\r\n").matcher(answer);
      assertTrue(length.find(), answer);
      assertEquals(
          Integer.parseInt(length.group(1)),
          answer.length() - answer.indexOf("\r\n\r\n") - "\r\n\r\n".length());
    }
  }

  @Test
  void shouldEndTheConnectionOfAClientThatNeverStopsSending() throws Exception {
    try (Deployment deployment = Deployment.usual(folder);
        RawSocket client = new RawSocket(deployment.gateways.get(0).address())) {
      URI gateway = deployment.gateways.get(0).address();
      OutputStream out = client.socket.getOutputStream();
      client.write(deployment.head(Refused.CHUNKED.header));
      CompletableFuture<Void> sending =
          CompletableFuture.runAsync(
              () -> {
                try {
                  byte[] chunk = Refused.CHUNKED.body();
                  for (long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                      System.nanoTime() < endNs; ) {
                    out.write(chunk, 0, chunk.length - "0\r\n\r\n".length());
                  }
                } catch (java.io.IOException closed) {
                  return;
                }
                throw new AssertionError("the gateway at " + gateway + " still reads");
              });

      assertEquals("HTTP/1.1 411 Length Required", client.readLine());
      sending.get(70, TimeUnit.SECONDS);
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of the connection");
      assertEquals(0, deployment.gateways.get(0).requestCount());
    }
  }
}
