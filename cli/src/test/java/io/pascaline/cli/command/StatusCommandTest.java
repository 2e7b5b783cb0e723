// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cli.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.pascaline.actors.role.DealerNode;
import io.pascaline.actors.role.LinkSettings;
import io.pascaline.actors.role.PartyNode;
import io.pascaline.actors.role.RuntimeSettings;
import io.pascaline.actors.settings.HostPort;
import io.pascaline.cli.status.RoleStatus;
import io.pascaline.cli.status.StatusServer;
import io.pascaline.layers.compile.ModelShare;
import io.pascaline.protocols.random.CorrelationKey;
import io.pascaline.transport.link.LinkAddress;
import io.pascaline.transport.secure.LinkSecurity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StatusCommandTest {
  private static final HostPort ANY_PORT = new HostPort("127.0.0.1", 0);
  private static final LinkAddress ANY_ADDRESS = LinkAddress.udp("127.0.0.1", 0);
  private static final RuntimeSettings RUNTIME =
      RuntimeSettings.defaults().toBuilder()
          .links(LinkSettings.of(LinkSecurity.Plain.INSECURE))
          .build();

  @TempDir private Path folder;

  @Test
  void shouldShowWhatRunningRolesCount() throws Exception {
    CommandRun.of("share", "--out", folder).assertOk();
    ModelShare share = ModelShare.read(folder.resolve("party0.share"));
    CorrelationKey key0 = CorrelationKey.generate(new SecureRandom());
    CorrelationKey key1 = CorrelationKey.generate(new SecureRandom());

    try (DealerNode dealer = DealerNode.start(share.plan(), key0, key1, ANY_ADDRESS, RUNTIME);
        StatusServer atDealer = StatusServer.start(ANY_PORT, RoleStatus.of(dealer, share.plan()));
        PartyNode party =
            PartyNode.start(share, key0, ANY_ADDRESS, dealer.address(), null, RUNTIME);
        StatusServer atParty =
            StatusServer.start(ANY_PORT, RoleStatus.of(party, 0, share.plan()))) {
      JsonNode status = untilLinked(config(atDealer.port()));
      assertEquals("dealer", status.get("role").asText());
      assertTrue(status.at("/aeron/counters").size() > 10, status.toString());
      assertTrue(status.at("/aeron/streams").size() > 0, status.toString());
      assertEquals(0, value(status, "pascaline.authentication.failures"));
      assertTrue(bytesSent(status) > 0, "the driver has sent something");
      assertTrue(framingSentTo("party0", status) > 0, status.toString());
      assertEquals(0, framingSentTo("party1", status));
      assertEquals(0, value(status, "pascaline.corrections"));
      assertEquals(0, value(status, "pascaline.epochs"));
      assertEquals(0, value(status, "pascaline.messages.resent"));

      JsonNode ofParty = json(config(atParty.port()));
      assertEquals("party0", ofParty.get("role").asText());
      assertEquals(0, value(ofParty, "pascaline.correlations.ready"));
      assertTrue(bytesSent(ofParty) > 0, "the driver has sent something");

      CommandRun table = CommandRun.of("status", "--config", config(atDealer.port())).assertOk();
      for (String part : new String[] {"dealer, up for", "links.opened", "error log is empty"}) {
        assertTrue(table.out().contains(part), table.out());
      }
      assertTrue(table.out().contains("connected: party 0 yes, party 1 no"), table.out());
      assertTrue(table.out().contains("ready: no, not connected to party 1"), table.out());
      String digest = HexFormat.of().formatHex(share.plan().digest(), 0, 8);
      assertTrue(table.out().contains("model fashion (bundled) " + digest), table.out());
      assertFalse(table.out().contains("largest lately"), "an empty table: " + table.out());
      assertLayersInOrder(ofParty, share);
      assertTrue(ofParty.at("/connected/dealer").asBoolean(), ofParty.toString());
      assertFalse(ofParty.at("/connected/party1").asBoolean(true), ofParty.toString());
      assertFalse(ofParty.get("ready").asBoolean(true), ofParty.toString());
      String prometheus = get(atParty.port(), "/metrics", "GET").body();
      assertTrue(
          prometheus.contains("pascaline_sessions_total{outcome=\"answered\",role=\"party0\"} 0.0"),
          prometheus);
      assertEquals(404, get(atParty.port(), "/other", "GET").statusCode());
      assertEquals(405, get(atParty.port(), "/status", "POST").statusCode());
    }
  }

  private static void assertLayersInOrder(JsonNode status, ModelShare share) {
    int next = 0;
    for (JsonNode meter : status.get("meters")) {
      if (meter.get("name").asText().equals("pascaline.layer")) {
        assertEquals(next, meter.at("/tags/layer").asInt());
        assertEquals(share.plan().layers().get(next).name(), meter.get("layerName").asText());
        next++;
      }
    }
    assertEquals(share.plan().layers().size(), next);
  }

  private JsonNode untilLinked(Path config) throws Exception {
    long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (true) {
      JsonNode status = json(config);
      if (value(status, "pascaline.links.opened") == 1) {
        return status;
      }
      assertTrue(System.nanoTime() < deadlineNs, "the party does not come: " + status);
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
    }
  }

  private static JsonNode json(Path config) throws IOException {
    String out = CommandRun.of("status", "--config", config, "--json").assertOk().out();
    return new ObjectMapper().readTree(out);
  }

  private static long value(JsonNode status, String name) {
    for (JsonNode meter : status.get("meters")) {
      if (meter.get("name").asText().equals(name)) {
        return meter.get("value").asLong();
      }
    }
    throw new AssertionError(name + " is not in " + status);
  }

  private static long framingSentTo(String peer, JsonNode status) {
    for (JsonNode meter : status.get("meters")) {
      JsonNode tags = meter.get("tags");
      if (meter.get("name").asText().equals("pascaline.link.bytes")
          && tags.get("remote").asText().equals(peer)
          && tags.get("direction").asText().equals("sent")
          && tags.get("kind").asText().equals("framing")) {
        return meter.get("value").asLong();
      }
    }
    throw new AssertionError("no bytes sent to " + peer + " in " + status);
  }

  private static long bytesSent(JsonNode status) {
    for (JsonNode meter : status.get("meters")) {
      if (meter.get("name").asText().equals("pascaline.aeron.bytes")
          && meter.at("/tags/kind").asText().equals("sent")) {
        return meter.get("value").asLong();
      }
    }
    throw new AssertionError("sent bytes are not in " + status);
  }

  private static HttpResponse<String> get(int port, String path, String method) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void shouldNameARoleThatDoesNotRun() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }

    CommandRun.of("status", "--config", config(port))
        .assertFault(1, "no role answers at 127.0.0.1:" + port, "start it");
  }

  @Test
  void shouldNotTakeSomethingElseForARole() throws IOException {
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1);
    other.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 5);
            exchange.getResponseBody().write("hello".getBytes());
          }
        });
    other.start();
    try {
      CommandRun.of("status", "--config", config(other.getAddress().getPort()))
          .assertFault(1, "is no role of pascaline", "correct 'metrics'");
    } finally {
      other.stop(0);
    }
  }

  @Test
  void shouldWantTheAddressInTheFile() throws IOException {
    Path config = Files.writeString(folder.resolve("role.conf"), "listen = \"127.0.0.1:0\"\n");

    CommandRun.of("status", "--config", config).assertFault(1, "metrics is missing", "add metrics");
  }

  @Test
  void shouldNotServeOtherMachines() throws IOException {
    CommandRun.of("share", "--out", folder).assertOk();
    CommandRun.of("keygen", "--all", folder).assertOk();
    Path config =
        Files.writeString(
            folder.resolve("dealer.conf"),
            Files.readString(Path.of("..", "docs", "samples", "dealer.conf"))
                    .replaceAll("(?m)^listen = .*", "listen = \"127.0.0.1:0\"")
                + "\nmetrics = \"0.0.0.0:9464\"\n");

    CommandRun.of("dealer", "--config", config)
        .assertFault(1, "metrics is '0.0.0.0:9464', which other machines reach", "127.0.0.1");
  }

  private Path config(int port) throws IOException {
    return Files.writeString(
        folder.resolve("role" + port + ".conf"), "metrics = \"127.0.0.1:" + port + "\"\n");
  }
}
