// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.client;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigSyntax;
import io.pascaline.actors.text.OneLine;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * The HTTP gateway of one party, as a client sees it. Every response has a deadline for its last
 * byte and a bound for its length. What a gateway says reaches people in one printable line.
 * Thread-safe.
 */
public final class HttpGateway {
  /** The party keeps the deadline, and can say why there is no answer. */
  private static final long BACKSTOP_MS = 1_000;

  private static final int OK = 200;

  /** Names of classes are most of a document: a million of them. */
  private static final long MAX_DOCUMENT_BYTES = 16L << 20;

  /** Functions that differ by element are most of a plan. */
  private static final long MAX_PLAN_BYTES = 256L << 20;

  private static final long MAX_PROBLEM_BYTES = 64L << 10;
  private static final int MAX_LINE_CHARACTERS = 512;
  private static final Pattern CELL = Pattern.compile("[A-Za-z0-9_-]{1,64}");

  /** Ends of requests whose reason is another word than their problem's. */
  private static final Set<String> WITH_PARTY_GONE = Set.of("party-unavailable", "http-502");

  /** Statuses of a gateway that does not know the client, its page, the path or the host. */
  private static final Set<Integer> CLOSED = Set.of(401, 403, 404, 421);

  /** Begins the code of what is no problem document: a proxy's own page. */
  private static final String OF_STATUS = "http-";

  private static final Set<String> MODEL_GONE = Set.of("unknown-model", "other-plan");

  private final int partyId;
  private final URI address;
  private final String token;
  private final HttpClient http;

  /**
   * A whole response.
   *
   * @param body at most as long as the caller allows
   */
  record Response(int statusCode, HttpHeaders headers, byte[] body) {}

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
    return json(new String(get(path, MAX_DOCUMENT_BYTES, timeout), StandardCharsets.UTF_8));
  }

  /**
   * Returns the public plan of a model, encoded.
   *
   * @param path of the model
   * @throws GatewayException if it cannot be had; the message is one line
   */
  public byte[] plan(String path, Duration timeout) {
    return get(path + "/plan", MAX_PLAN_BYTES, timeout);
  }

  private byte[] get(String path, long maxBytes, Duration timeout) {
    CompletableFuture<Response> pending = send(request(path).build(), maxBytes, timeout.toMillis());
    try {
      Response response = pending.get();
      if (response.statusCode() != OK) {
        Problem problem = problem(response);
        throw new GatewayException(problem.reason(), problem.detail());
      }
      return response.body();
    } catch (CancellationException | ExecutionException e) {
      Problem problem = failure(e);
      throw new GatewayException(problem.reason(), problem.detail());
    } catch (InterruptedException e) {
      pending.cancel(true);
      Thread.currentThread().interrupt();
      throw new GatewayException(AbortReason.CANCELLED, "interrupted");
    }
  }

  /** Sends a request. The response is cancelled if it is incomplete at the deadline. */
  private CompletableFuture<Response> send(HttpRequest request, long maxBytes, long timeoutMs) {
    CompletableFuture<Response> response = new CompletableFuture<>();
    CompletableFuture<?> sent =
        http.sendAsync(
            request,
            info -> {
              BoundedBody body =
                  new BoundedBody(info.statusCode() == OK ? maxBytes : MAX_PROBLEM_BYTES);
              // The client's own future ends in another thread, which the JDK starts for it on
              // small machines.
              body.getBody()
                  .thenAccept(
                      bytes ->
                          response.complete(
                              new Response(info.statusCode(), info.headers(), bytes)));
              return body;
            });
    sent.whenComplete(
        (ended, failed) -> {
          if (failed != null) {
            response.completeExceptionally(failed);
          }
        });
    // A timeout of the request itself would end with the head of the response. It would also wake
    // the client's selector when it begins.
    CompletableFuture<Void> deadline =
        new CompletableFuture<Void>().completeOnTimeout(null, timeoutMs, TimeUnit.MILLISECONDS);
    deadline.thenRun(() -> response.cancel(true));
    response.whenComplete(
        (answer, failed) -> {
          deadline.cancel(false);
          if (response.isCancelled()) {
            sent.cancel(true);
          }
        });
    return response;
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
   * @param outputWordCount how many words the share of the answer has
   * @param cell that the request was assigned to; empty where there are no cells
   * @return the response, which {@link #message} reads; cancelling it ends the request
   */
  CompletableFuture<Response> infer(
      String path,
      String planDigest,
      int outputWordCount,
      LinkMessage.InputShare share,
      String cell) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * share.words().length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(share.words());
    long timeoutMs = share.timeoutMs() + BACKSTOP_MS;
    HttpRequest.Builder request =
        request(path + ":infer")
            .header("Content-Type", "application/octet-stream")
            .header("Pascaline-Request", share.request().toString())
            .header("Pascaline-Plan", planDigest)
            .header("Pascaline-Timeout-Ms", Long.toString(share.timeoutMs()))
            .POST(BodyPublishers.ofByteArray(bytes.array()));
    if (!cell.isEmpty()) {
      request.header("Pascaline-Cell", cell);
    }
    return send(request.build(), (long) Integer.BYTES * outputWordCount, timeoutMs);
  }

  /**
   * Asks for the cell of a request.
   *
   * @param path of the model
   * @param avoided a cell that has just failed; empty for none
   * @param timeout for the whole response
   * @return its name; fails with a {@link GatewayException}
   */
  public CompletableFuture<String> assign(String path, String avoided, Duration timeout) {
    HttpRequest.Builder request = request(path + ":assign").POST(BodyPublishers.noBody());
    if (!avoided.isEmpty()) {
      request.header("Pascaline-Avoided-Cell", avoided);
    }
    return send(request.build(), MAX_PROBLEM_BYTES, timeout.toMillis())
        .handle(
            (response, failed) -> {
              if (failed != null || response.statusCode() != OK) {
                Problem problem = failed != null ? failure(failed) : problem(response);
                throw new GatewayException(
                    problem.reason(), problem.detail(), MODEL_GONE.contains(problem.code()));
              }
              return cell(json(new String(response.body(), StandardCharsets.UTF_8)));
            });
  }

  private String cell(Config document) {
    String cell = document.hasPath("cell") ? document.getString("cell") : "";
    if (!CELL.matcher(cell).matches()) {
      throw new GatewayException(
          AbortReason.PROTOCOL_VIOLATION,
          "party " + partyId + " assigned a cell that this version cannot read");
    }
    return cell;
  }

  /**
   * Returns the cell that an answer assigns to the next request; empty if it assigns none. Party 0
   * alone assigns: what another says is not read.
   */
  Optional<String> nextCell(Response response) {
    if (partyId != 0) {
      return Optional.empty();
    }
    return response
        .headers()
        .firstValue("Pascaline-Next-Cell")
        .filter(cell -> CELL.matcher(cell).matches());
  }

  /** Returns what a response, or its absence, says about a request. */
  LinkMessage message(RequestId request, Response responseOrNull, Throwable failed) {
    if (failed != null) {
      return failure(failed).toAbort(request);
    }
    if (responseOrNull.statusCode() != OK) {
      return problem(responseOrNull).toAbort(request);
    }
    if (responseOrNull.body().length % Integer.BYTES != 0) {
      return new Problem(
              AbortReason.PROTOCOL_VIOLATION,
              "party " + partyId + " sent an output that is no sequence of words",
              0)
          .toAbort(request);
    }
    ByteBuffer bytes = ByteBuffer.wrap(responseOrNull.body()).order(ByteOrder.LITTLE_ENDIAN);
    int[] words = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(words);
    return new LinkMessage.OutputShare(request, words);
  }

  /** Returns whether a response says that the gateway does not serve the plan of the request. */
  boolean lacksModel(Response response) {
    return response.statusCode() != OK && MODEL_GONE.contains(problem(response).code());
  }

  /** Returns whether no cell was assigned because the gateway does not serve the plan. */
  boolean lacksModel(Throwable failed) {
    return cause(failed) instanceof GatewayException told && told.isModelGone();
  }

  /** Returns whether a response says that the gateway is not for this client or plan. */
  boolean isClosed(Response response) {
    return CLOSED.contains(response.statusCode())
        || lacksModel(response)
        || response.statusCode() != OK && problem(response).code().startsWith(OF_STATUS);
  }

  /** Returns whether there was no connection, so that nothing of a request has been sent. */
  boolean isOutOfReach(Throwable failed) {
    Throwable cause = cause(failed);
    return cause instanceof ConnectException
        || cause instanceof HttpConnectTimeoutException
        || cause instanceof SSLHandshakeException;
  }

  private static Throwable cause(Throwable failed) {
    boolean isWrapped =
        failed instanceof CompletionException || failed instanceof ExecutionException;
    return isWrapped && failed.getCause() != null ? failed.getCause() : failed;
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Authorization", "Bearer " + token);
  }

  /** Says why there is no response. Callers that cancel one themselves do not ask. */
  private Problem failure(Throwable failed) {
    Throwable cause = cause(failed);
    if (cause instanceof HttpTimeoutException
        || cause instanceof CancellationException
        || cause.getCause() instanceof CancellationException) {
      return new Problem(AbortReason.DEADLINE, "party " + partyId + " gave no answer in time", 0);
    }
    if (cause instanceof GatewayException told) {
      return new Problem(told.reason(), told.getMessage(), 0);
    }
    if (cause instanceof BoundedBody.TooLongException) {
      return new Problem(
          AbortReason.PROTOCOL_VIOLATION, "party " + partyId + ": " + cause.getMessage(), 0);
    }
    return new Problem(AbortReason.PEER_LOST, unreachable(cause), 0);
  }

  private String unreachable(Throwable cause) {
    return "party "
        + partyId
        + " cannot be reached at "
        + address
        + " ("
        + (cause.getMessage() == null
            ? "no connection"
            : OneLine.of(cause.getMessage(), MAX_LINE_CHARACTERS))
        + (cause instanceof SSLException
            ? "): check the address, and name the authority that signs its certificate if the JDK"
                + " does not know it"
            : "): check the address, and that the party runs");
  }

  private record Problem(String code, AbortReason reason, String detail, long retryAfterMs) {
    Problem(AbortReason reason, String detail, long retryAfterMs) {
      this("", reason, detail, retryAfterMs);
    }

    private RequestAbort toAbort(RequestId request) {
      return RequestAbort.ofRequest(request, reason, detail, retryAfterMs);
    }
  }

  private Problem problem(Response response) {
    String code = OF_STATUS + response.statusCode();
    String detail = "HTTP status " + response.statusCode();
    long retryAfterMs = 0;
    try {
      Config document = json(new String(response.body(), StandardCharsets.UTF_8));
      String type = document.getString("type");
      code = type.substring(type.lastIndexOf(':') + 1);
      detail = OneLine.of(document.getString("detail"), MAX_LINE_CHARACTERS);
      retryAfterMs = document.hasPath("retryAfterMs") ? document.getLong("retryAfterMs") : 0;
    } catch (ConfigException | GatewayException e) {
      // A proxy's own page; the status says all that is known.
    }
    return new Problem(
        code,
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
      case "shutting-down", "no-cell", "cell-unavailable", "http-503" -> AbortReason.SHUTTING_DOWN;
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
    } catch (ConfigException | StackOverflowError e) {
      // The parser calls itself for each level of nesting.
      throw new GatewayException(
          AbortReason.PROTOCOL_VIOLATION, "what answers at " + address + " is no gateway");
    }
  }
}
