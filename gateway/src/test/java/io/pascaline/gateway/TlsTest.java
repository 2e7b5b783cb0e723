// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.pascaline.actors.api.GatewayClient;
import io.pascaline.actors.api.InferenceException;
import io.pascaline.actors.api.PrivateInferenceClient;
import io.pascaline.gateway.http.ServerCertificate;
import io.pascaline.gateway.http.TestCertificate;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.Certificate;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Gateways over TLS. */
@Timeout(120)
class TlsTest {
  @TempDir private Path folder;

  private Path chain() {
    return folder.resolve("server.pem");
  }

  private Path key() {
    return folder.resolve("server.key");
  }

  private Deployment deployment() {
    return new Deployment(
        folder,
        limits -> limits,
        settings -> settings.certificate(chain(), key()).timeoutsMs(500, 500, 500));
  }

  /** Asks for the liveness of a gateway; returns the certificate that it showed. */
  private static Certificate ask(URI gateway, TestCertificate trusted, String... protocols)
      throws Exception {
    try (SSLSocket socket =
        (SSLSocket)
            trusted.trusting().getSocketFactory().createSocket("localhost", gateway.getPort())) {
      socket.setSoTimeout(20_000);
      if (protocols.length > 0) {
        socket.setEnabledProtocols(protocols);
      }
      socket.startHandshake();
      socket
          .getOutputStream()
          .write(
              "GET /health/live HTTP/1.1\r\nHost: g\r\nConnection: close\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(200, RawSocket.status(answer), answer);
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EC", "RSA", "Ed25519"})
  void shouldServeWithKeysOfEachKind(String algorithm) throws Exception {
    TestCertificate certificate = new TestCertificate(folder, algorithm);
    certificate.writeChain(chain());
    certificate.writeKey(key());
    // The first handshake of a process may take long on a busy machine.
    try (Deployment deployment =
        new Deployment(
            folder,
            limits -> limits,
            settings -> settings.certificate(chain(), key()).timeoutsMs(60_000, 60_000, 60_000))) {
      URI gateway = deployment.gateways.get(0).address();

      assertEquals("https", gateway.getScheme());
      ask(gateway, certificate, "TLSv1.3");
      ask(gateway, certificate, "TLSv1.2");
    }
  }

  @Test
  void shouldBeTrustedByAClientThatIsToldOfItsAuthority() throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    certificate.writeChain(chain());
    certificate.writeKey(key());
    try (Deployment deployment =
        new Deployment(
            folder, limits -> limits, settings -> settings.certificate(chain(), key()))) {
      GatewayClient.Builder told =
          client(deployment).trustAuthority(0, chain()).trustAuthority(1, chain());
      try (GatewayClient client = told.connect()) {
        assertEquals(
            deployment.plan().outputElementCount(),
            client
                .infer(deployment.input())
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .logits()
                .length);
      }
      InferenceException untold =
          assertThrows(InferenceException.class, client(deployment)::connect);
      assertTrue(untold.getMessage().contains("the authority that signs"), untold.getMessage());
      TestCertificate other = new TestCertificate(folder, "EC");
      other.writeChain(folder.resolve("other.pem"));
      GatewayClient.Builder misled =
          client(deployment).trustAuthority(0, folder.resolve("other.pem"));
      assertThrows(InferenceException.class, misled::connect);
    }
  }

  /** Whoever signs for one party must not be able to take the place of the other. */
  @Test
  void shouldTrustAnAuthorityForItsOwnPartyOnly() throws Exception {
    for (int party = 0; party < 2; party++) {
      TestCertificate certificate = new TestCertificate(folder, "EC");
      certificate.writeChain(folder.resolve("server" + party + ".pem"));
      certificate.writeKey(folder.resolve("server" + party + ".key"));
    }
    Path chain0 = folder.resolve("server0.pem");
    Path chain1 = folder.resolve("server1.pem");
    AtomicInteger nextParty = new AtomicInteger();
    try (Deployment deployment =
        new Deployment(
            folder,
            limits -> limits,
            settings -> {
              int party = nextParty.getAndIncrement();
              return settings.certificate(
                  folder.resolve("server" + party + ".pem"),
                  folder.resolve("server" + party + ".key"));
            })) {
      client(deployment).trustAuthority(0, chain0).trustAuthority(1, chain1).connect().close();
      assertRefusesParty(0, client(deployment).trustAuthority(1, chain1));
      assertRefusesParty(1, client(deployment).trustAuthority(0, chain0));
    }

    Files.copy(folder.resolve("server0.pem"), chain());
    Files.copy(folder.resolve("server0.key"), key(), StandardCopyOption.COPY_ATTRIBUTES);
    // Party 1 shows what party 0's authority has signed.
    try (Deployment posing =
        new Deployment(
            folder, limits -> limits, settings -> settings.certificate(chain(), key()))) {
      assertRefusesParty(1, client(posing).trustAuthority(0, chain0).trustAuthority(1, chain1));
      assertRefusesParty(1, client(posing).trustAuthority(0, chain0));
    }
  }

  private static void assertRefusesParty(int party, GatewayClient.Builder builder) {
    InferenceException refused = assertThrows(InferenceException.class, builder::connect);
    assertTrue(
        refused.getMessage().startsWith("party " + party + " cannot be reached"),
        refused.getMessage());
    assertTrue(refused.getMessage().contains("the authority that signs"), refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2})
  void shouldRefuseAnAuthorityOfNoParty(int party) {
    GatewayClient.Builder builder =
        PrivateInferenceClient.overGateways(
            URI.create("https://a"), "token", URI.create("https://b"), "token");
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> builder.trustAuthority(party, chain()));
    assertEquals("party must be 0 or 1: " + party, refused.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n"})
  void shouldRefuseAnAuthorityThatIsNoCertificate(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("authority.pem"), text);
    GatewayClient.Builder builder =
        PrivateInferenceClient.overGateways(
            URI.create("https://a"), "token", URI.create("https://b"), "token");

    assertRefusesAuthority(builder, file, "authority " + file + " ", "no certificate (PEM)");
  }

  @Test
  void shouldSayInOneLineWhyAnAuthorityCannotBeRead() throws IOException {
    GatewayClient.Builder builder =
        PrivateInferenceClient.overGateways(
            URI.create("https://a"), "token", URI.create("https://b"), "token");
    assertRefusesAuthority(
        builder, Path.of("absent\n\u001b[2J.pem"), "authority absent [2J.pem does not exist");
    assertRefusesAuthority(builder, folder, "authority " + folder + " cannot be read");
    Path text = Files.writeString(folder.resolve("no\ncertificate.pem"), "text");
    assertRefusesAuthority(builder, text, "no certificate.pem ", "no certificate (PEM)");
  }

  private static void assertRefusesAuthority(
      GatewayClient.Builder builder, Path file, String... parts) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> builder.trustAuthority(0, file));
    for (String part : parts) {
      assertTrue(refused.getMessage().contains(part), refused.getMessage());
    }
    assertEquals(1, refused.getMessage().lines().count());
  }

  private static GatewayClient.Builder client(Deployment deployment) {
    return PrivateInferenceClient.overGateways(
        atLocalhost(deployment, 0), deployment.alice, atLocalhost(deployment, 1), deployment.alice);
  }

  private static URI atLocalhost(Deployment deployment, int party) {
    return URI.create("https://localhost:" + deployment.gateways.get(party).address().getPort());
  }

  @Test
  void shouldUseANewCertificateWithoutARestart() throws Exception {
    TestCertificate first = new TestCertificate(folder, "EC");
    TestCertificate second = new TestCertificate(folder, "EC");
    first.writeChain(chain());
    first.writeKey(key());
    try (Deployment deployment = deployment()) {
      URI gateway = deployment.gateways.get(0).address();
      assertEquals(first.certificate(), ask(gateway, first));

      // One file before the other: until both are there, the former ones serve.
      second.writeChain(chain());
      assertEquals(first.certificate(), ask(gateway, first));
      second.writeKey(key());

      Deployment.await(() -> isShown(gateway, second), "use of the new certificate");
    }
  }

  private static boolean isShown(URI gateway, TestCertificate certificate) {
    try {
      return ask(gateway, certificate).equals(certificate.certificate());
    } catch (SSLHandshakeException notTrusted) {
      return false;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void shouldCloseAHandshakeThatDoesNotEnd() throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    certificate.writeChain(chain());
    certificate.writeKey(key());
    try (Deployment deployment = deployment();
        RawSocket silent = new RawSocket(deployment.gateways.get(0).address());
        RawSocket half = new RawSocket(deployment.gateways.get(0).address());
        RawSocket plain = new RawSocket(deployment.gateways.get(0).address())) {
      half.write(new byte[] {22, 3, 1, 2, 0, 1, 0});
      plain.write("GET / HTTP/1.1\r\nHost: g\r\n\r\n");

      silent.readToEnd();
      half.readToEnd();
      assertEquals(0, RawSocket.status(plain.readToEnd()));
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of all connections");
    }
  }

  @Test
  void shouldOutliveManyRequestsInOneWrite() throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    certificate.writeChain(chain());
    certificate.writeKey(key());
    try (Deployment deployment = deployment()) {
      URI gateway = deployment.gateways.get(0).address();
      try (SSLSocket socket = connect(gateway, certificate, "TLSv1.3")) {
        byte[] requests =
            "GET / HTTP/1.1\nHost:\n\n".repeat(3_000).getBytes(StandardCharsets.US_ASCII);
        readToEnd(socket, requests);
      }

      assertEquals(certificate.certificate(), ask(gateway, certificate));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"TLSv1.3", "TLSv1.2"})
  void shouldCloseAConnectionThatHandshakesWithoutAsking(String protocol) throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    certificate.writeChain(chain());
    certificate.writeKey(key());
    try (Deployment deployment = deployment();
        SSLSocket socket = connect(deployment.gateways.get(0).address(), certificate, protocol)) {
      socket.setSoTimeout(50);
      long startNs = System.nanoTime();
      boolean open = true;
      // With TLS 1.3 this updates the keys, with TLS 1.2 it asks for a renegotiation.
      while (open && System.nanoTime() - startNs < 10_000_000_000L) {
        try {
          socket.startHandshake();
          open = socket.getInputStream().read() >= 0;
        } catch (SocketTimeoutException stillOpen) {
          open = true;
        } catch (IOException closed) {
          open = false;
        }
      }

      assertFalse(open, "the connection stayed open");
      Deployment.await(
          () -> deployment.gateways.get(0).connectionCount() == 0, "end of all connections");
    }
  }

  @Test
  void shouldAllowForwardSecrecyAlone() throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    certificate.writeChain(chain());
    certificate.writeKey(key());

    String[] suites = ServerCertificate.open(chain(), key()).get().getEnabledCipherSuites();

    assertTrue(suites.length > 3, "suites of both versions");
    for (String suite : suites) {
      assertTrue(suite.matches("TLS_(AES|CHACHA20|ECDHE_.*(GCM|CHACHA20))_.*"), suite);
    }
  }

  @Test
  void shouldRefuseARenegotiation() throws Exception {
    TestCertificate certificate = new TestCertificate(folder, "EC");
    certificate.writeChain(chain());
    certificate.writeKey(key());
    // The deadline of the head is later than the client's own.
    try (Deployment deployment =
            new Deployment(
                folder,
                limits -> limits,
                settings ->
                    settings.certificate(chain(), key()).timeoutsMs(60_000, 60_000, 60_000));
        SSLSocket socket = connect(deployment.gateways.get(0).address(), certificate, "TLSv1.2")) {
      IOException refused =
          assertThrows(
              IOException.class,
              () -> {
                socket.startHandshake();
                socket.getInputStream().read();
              });

      assertFalse(refused instanceof SocketTimeoutException, "the handshake was completed");
    }
  }

  private static SSLSocket connect(URI gateway, TestCertificate trusted, String protocol)
      throws Exception {
    SSLSocket socket =
        (SSLSocket)
            trusted.trusting().getSocketFactory().createSocket("localhost", gateway.getPort());
    socket.setSoTimeout(20_000);
    socket.setEnabledProtocols(new String[] {protocol});
    socket.startHandshake();
    return socket;
  }

  /** Writes, and reads until the other end closes. */
  private static void readToEnd(SSLSocket socket, byte[] request) {
    try {
      socket.getOutputStream().write(request);
      socket.getInputStream().readAllBytes();
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stayed open", e);
    } catch (IOException closed) {
      // As good as closed.
    }
  }

  @Test
  void shouldSayWhatIsWrongWithAKey() throws Exception {
    TestCertificate first = new TestCertificate(folder, "EC");
    TestCertificate second = new TestCertificate(folder, "EC");
    first.writeChain(chain());
    second.writeKey(key());
    assertTrue(refusal().contains("does not belong"), refusal());
    Files.writeString(key(), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n");
    assertTrue(refusal().contains("openssl pkcs8"), refusal());
    first.writeKey(key());
    Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r--r--"));
    assertTrue(refusal().contains("chmod 640"), refusal());
    Files.setPosixFilePermissions(key(), PosixFilePermissions.fromString("rw-r-----"));
    ServerCertificate.open(chain(), key());
    Files.writeString(chain(), "nothing");
    assertTrue(refusal().contains("server.pem"), refusal());
  }

  private String refusal() throws IOException {
    return assertThrows(
            IllegalArgumentException.class, () -> ServerCertificate.open(chain(), key()))
        .getMessage();
  }
}
