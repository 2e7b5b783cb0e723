// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pascaline.actors.api.EmbeddedInference;
import io.pascaline.actors.api.EmbeddedSettings;
import io.pascaline.actors.party.PartyLimits;
import io.pascaline.gateway.token.AccessToken;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.layers.compile.FusedNetwork;
import io.pascaline.layers.plan.NetworkPlan;
import io.pascaline.protocols.share.Share;
import io.pascaline.testsupport.SmallNetworks;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** All roles of a small network in this process, and a gateway at each party. */
final class Deployment implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  static final int SIDE = 6;
  static final SecureRandom RANDOM = new SecureRandom();
  private static final long SEED = 15;

  final SplittableRandom random = new SplittableRandom(SEED);
  final FusedNetwork network =
      SmallNetworks.residual(
          random,
          3,
          SIDE,
          () ->
              List.of(SmallNetworks.image(SmallNetworks.inputShape(SIDE).elementCount(), random)));
  final EmbeddedInference service;
  final List<Gateway> gateways = new ArrayList<>();
  final HttpClient http = HttpClient.newHttpClient();
  final String alice = AccessToken.generate(RANDOM);
  final String bob = AccessToken.generate(RANDOM);
  final String expired = AccessToken.generate(RANDOM);
  final Path tokens;

  Deployment(
      Path folder,
      UnaryOperator<PartyLimits.Builder> limits,
      UnaryOperator<GatewaySettings.Builder> settings) {
    tokens = folder.resolve("tokens");
    writeTokens(
        TokenEntry.of("alice", alice, Optional.empty()),
        TokenEntry.of("bob", bob, Optional.of(Instant.now().plusSeconds(3600))),
        TokenEntry.of("old", expired, Optional.of(Instant.now().minusSeconds(1))));
    EmbeddedSettings usual = EmbeddedSettings.defaults();
    service =
        EmbeddedInference.start(
            network,
            new EmbeddedSettings(
                usual.runtime().toBuilder()
                    .limits(limits.apply(usual.runtime().limits().toBuilder()).build())
                    .build(),
                Duration.ofSeconds(20),
                100));
    for (int party = 0; party < 2; party++) {
      gateways.add(
          Gateway.start(
              settings.apply(GatewaySettings.builder(tokens).watchIntervalMs(10)).build(),
              service.clientEntrance(party),
              Clock.systemUTC()));
    }
  }

  static Deployment usual(Path folder) {
    return new Deployment(folder, limits -> limits, settings -> settings);
  }

  void writeTokens(TokenEntry... entries) {
    replaceTokens(List.of(entries).stream().map(TokenEntry::line).toList());
  }

  /** Writes the file of tokens at once. */
  void replaceTokens(List<String> lines) {
    try {
      Path next = tokens.resolveSibling("tokens.next");
      Files.write(next, lines);
      Files.move(
          next,
          tokens,
          java.nio.file.StandardCopyOption.ATOMIC_MOVE,
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  NetworkPlan plan() {
    return network.plan();
  }

  String digest() {
    return HexFormat.of().formatHex(plan().digest());
  }

  float[] input() {
    return SmallNetworks.image(plan().inputShape().elementCount(), random);
  }

  static String freshId() {
    byte[] id = new byte[16];
    RANDOM.nextBytes(id);
    return HexFormat.of().formatHex(id);
  }

  byte[] share() {
    byte[] share = new byte[4 * plan().inputWordCount()];
    RANDOM.nextBytes(share);
    return share;
  }

  /** Returns the bytes that a client sends to each party. */
  List<byte[]> shares(float[] input) {
    Share[] shares = plan().ring().split(plan().inputShape(), plan().encodeInput(input), RANDOM);
    return List.of(bytes(plan().ring().words(shares[0])), bytes(plan().ring().words(shares[1])));
  }

  static byte[] bytes(int[] words) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * words.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  static int[] words(byte[] bytes) {
    int[] words = new int[bytes.length / 4];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(words);
    return words;
  }

  /**
   * Returns the head of an inference request of alice, as it is sent.
   *
   * @param header says how long the body is
   */
  String head(String header) {
    return String.join(
        "\r\n",
        "POST /v1/models/small:infer HTTP/1.1",
        "Host: localhost",
        "Authorization: Bearer " + alice,
        "Content-Type: application/octet-stream",
        "Pascaline-Request: " + freshId(),
        "Pascaline-Plan: " + digest(),
        header,
        "",
        "");
  }

  HttpRequest.Builder get(int party, String path) {
    return HttpRequest.newBuilder(URI.create(gateways.get(party).address() + path));
  }

  /** Returns a request for an inference that nothing is wrong with. */
  HttpRequest.Builder post(int party, String token, String id, byte[] share) {
    return get(party, "/v1/models/small:infer")
        .header("Authorization", "Bearer " + token)
        .header("Content-Type", "application/octet-stream")
        .header("Pascaline-Request", id)
        .header("Pascaline-Plan", digest())
        .POST(BodyPublishers.ofByteArray(share));
  }

  HttpResponse<byte[]> send(HttpRequest.Builder request) throws Exception {
    return sendLater(request).get(30, TimeUnit.SECONDS);
  }

  CompletableFuture<HttpResponse<byte[]>> sendLater(HttpRequest.Builder request) {
    return http.sendAsync(request.build(), BodyHandlers.ofByteArray());
  }

  static JsonNode json(HttpResponse<byte[]> response) throws IOException {
    return JSON.readTree(response.body());
  }

  static String code(HttpResponse<byte[]> response) throws IOException {
    return json(response).path("type").asText().replace("urn:pascaline:problem:", "");
  }

  /** Asks both parties, and returns both responses. */
  List<HttpResponse<byte[]>> ask(String token, String id, float[] input) throws Exception {
    List<byte[]> shares = shares(input);
    CompletableFuture<HttpResponse<byte[]>> other = sendLater(post(1, token, id, shares.get(1)));
    HttpResponse<byte[]> first = send(post(0, token, id, shares.get(0)));
    return List.of(first, other.get(30, TimeUnit.SECONDS));
  }

  /** Waits until something holds; fails at a deadline. */
  static void await(java.util.function.BooleanSupplier condition, String what) {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNs) {
        throw new AssertionError(what + " did not happen within 30 s");
      }
      LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(200));
    }
  }

  /** Waits until the gateways hold nothing of any request, and the parties neither. */
  void awaitIdle() {
    for (int party = 0; party < 2; party++) {
      Gateway gateway = gateways.get(party);
      int id = party;
      await(() -> gateway.requestCount() == 0, "release of all slots of gateway " + id);
      await(
          () ->
              service.counters(id).sessionsInFlight() + service.counters(id).sessionsQueued() == 0,
          "end of all sessions of party " + id);
    }
  }

  @Override
  public void close() {
    gateways.forEach(Gateway::close);
    service.close();
  }
}
