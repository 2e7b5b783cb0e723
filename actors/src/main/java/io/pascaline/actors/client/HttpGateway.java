// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/** The HTTP gateway of one party, as a client sees it. Thread-safe. */
public final class HttpGateway {
  /** The party keeps the deadline, and can say why there is no answer. */
  private static final long BACKSTOP_MS = 1_000;

  private static final int OK = 200;

  /** Ends of requests whose reason is another word than their problem's. */
  private static final Set<String> WITH_PARTY_GONE = Set.of("party-unavailable", "http-502");

  private final int partyId;
  private final URI address;
  private final String token;
  private final HttpClient http;

  /**
   * Names a gateway; nothing is sent yet.
   *
   * @param partyId 0 or 1
   * @param address scheme, host and port
   * @param token the client's token for it
   * @param http sends the requests
   */
  public HttpGateway(int partyId, URI address, String token, HttpClient http) {
    this.partyId = partyId;
    this.address = address;
    this.token = token;
    this.http = http;
  }

  int partyId() {
    return partyId;
  }

  /** Returns scheme, host and port. */
  public URI address() {
    return address;
  }

  /**
   * Returns a JSON document of the gateway.
   *
   * @throws GatewayException if it cannot be had; the message is one line
   */
  public Config document(String path, Duration timeout) {
    return json(new String(get(path, timeout), StandardCharsets.UTF_8));
  }

  /**
   * Returns a file of the gateway.
   *
   * @throws GatewayException if it cannot be had; the message is one line
   */
  public byte[] get(String path, Duration timeout) {
    try {
      HttpResponse<byte[]> response =
          http.send(request(path).timeout(timeout).build(), BodyHandlers.ofByteArray());
      if (response.statusCode() != OK) {
        Problem problem = problem(response);
        throw new GatewayException(problem.reason(), problem.detail());
      }
      return response.body();
    } catch (IOException e) {
      throw new GatewayException(AbortReason.PEER_LOST, unreachable(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new GatewayException(AbortReason.CANCELLED, "interrupted");
    }
  }

  /** Returns a model's path below the gateway's address. */
  public static String modelPath(String name) {
    return "/v1/models/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Sends a share.
   *
   * @param path of the model
   * @param planDigest in hexadecimal digits
   * @return the response, which {@link #message} reads; cancelling it ends the request
   */
  CompletableFuture<HttpResponse<byte[]>> infer(
      String path, String planDigest, LinkMessage.InputShare share) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * share.words().length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(share.words());
    return http.sendAsync(
        request(path + ":infer")
            .header("Content-Type", "application/octet-stream")
            .header("Pascaline-Request", share.request().toString())
            .header("Pascaline-Plan", planDigest)
            .header("Pascaline-Timeout-Ms", Long.toString(share.timeoutMs()))
            .timeout(Duration.ofMillis(share.timeoutMs() + BACKSTOP_MS))
            .POST(BodyPublishers.ofByteArray(bytes.array()))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /** Returns what a response, or its absence, says about a request. */
  LinkMessage message(RequestId request, HttpResponse<byte[]> responseOrNull, Throwable failed) {
    if (failed != null) {
      Throwable cause = failed.getCause() == null ? failed : failed.getCause();
      return cause instanceof HttpTimeoutException
          ? RequestAbort.ofRequest(
              request, AbortReason.DEADLINE, "party " + partyId + " gave no answer in time", 0)
          : RequestAbort.ofRequest(request, AbortReason.PEER_LOST, unreachable(cause), 0);
    }
    if (responseOrNull.statusCode() != OK) {
      Problem problem = problem(responseOrNull);
      return RequestAbort.ofRequest(
          request, problem.reason(), problem.detail(), problem.retryAfterMs());
    }
    ByteBuffer bytes = ByteBuffer.wrap(responseOrNull.body()).order(ByteOrder.LITTLE_ENDIAN);
    int[] words = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(words);
    return new LinkMessage.OutputShare(request, words);
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Authorization", "Bearer " + token);
  }

  private String unreachable(Throwable cause) {
    return "party "
        + partyId
        + " cannot be reached at "
        + address
        + " ("
        + (cause.getMessage() == null ? "no connection" : cause.getMessage())
        + "): check the address, and that the party runs";
  }

  private record Problem(AbortReason reason, String detail, long retryAfterMs) {}

  private Problem problem(HttpResponse<byte[]> response) {
    String code = "http-" + response.statusCode();
    String detail = "HTTP status " + response.statusCode();
    long retryAfterMs = 0;
    try {
      Config document = json(new String(response.body(), StandardCharsets.UTF_8));
      String type = document.getString("type");
      code = type.substring(type.lastIndexOf(':') + 1);
      detail = document.getString("detail");
      retryAfterMs = document.hasPath("retryAfterMs") ? document.getLong("retryAfterMs") : 0;
    } catch (ConfigException | GatewayException e) {
      // A proxy's own page; the status says all that is known.
    }
    return new Problem(
        reason(code),
        "party " + partyId + ": " + detail,
        Math.max(0, Math.min(retryAfterMs, RequestAbort.MAX_RETRY_AFTER_MS)));
  }

  private static AbortReason reason(String code) {
    if (WITH_PARTY_GONE.contains(code)) {
      return AbortReason.PEER_LOST;
    }
    return switch (code) {
      case "overloaded", "http-429" -> AbortReason.OVERLOADED;
      case "shutting-down", "http-503" -> AbortReason.SHUTTING_DOWN;
      case "deadline", "http-504" -> AbortReason.DEADLINE;
      case "other-share-missing" -> AbortReason.CLIENT_LOST;
      case "internal-error" -> AbortReason.INTERNAL;
      default -> AbortReason.PROTOCOL_VIOLATION;
    };
  }

  private Config json(String text) {
    try {
      return ConfigFactory.parseString(
          text, ConfigParseOptions.defaults().setSyntax(ConfigSyntax.JSON));
    } catch (ConfigException e) {
      throw new GatewayException(
          AbortReason.PROTOCOL_VIOLATION, "what answers at " + address + " is no gateway");
    }
  }
}
