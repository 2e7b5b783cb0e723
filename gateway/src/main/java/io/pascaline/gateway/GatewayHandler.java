// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.actors.link.RefusalLog;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.gateway.http.Problem;
import io.pascaline.gateway.http.RemoteConnection;
import io.pascaline.gateway.token.TokenEntry;
import io.pascaline.gateway.token.TokenFile;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.Connection;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;
import org.slf4j.Logger;

/** Answers a gateway's requests: who asks, from which page, for what. Thread-safe. */
final class GatewayHandler {
  private static final String BEARER = "Bearer ";

  private final GatewaySettings settings;
  private final GatewayPlace place;
  private final TokenFile tokens;
  private final GatewayModels models;
  private final Logger log;
  private final Clock clock;
  private final RefusalLog refusals = new RefusalLog(System::nanoTime);
  private final Hosts hosts;
  private final GatewayCounters counters = new GatewayCounters();
  private final List<ByteString> samples;
  private volatile Neighbour neighbour;
  private volatile boolean draining;

  /** What depends on where the other party's gateway is. */
  private record Neighbour(Optional<URI> address, Origins origins, String contentSecurity) {
    static Neighbour of(GatewaySettings settings, Optional<URI> address) {
      return new Neighbour(
          address,
          new Origins(settings.origins(), address),
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:;"
              + " connect-src 'self'"
              + address.map(uri -> " " + uri).orElse("")
              + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
              + " require-trusted-types-for 'script'");
    }
  }

  GatewayHandler(
      GatewaySettings settings,
      Hosts hosts,
      GatewayPlace place,
      TokenFile tokens,
      GatewayModels models,
      Logger log,
      Clock clock) {
    this.settings = settings;
    this.place = place;
    this.tokens = tokens;
    this.models = models;
    this.log = log;
    this.clock = clock;
    this.hosts = hosts;
    samples = settings.samples().stream().map(ByteString::fromArray).toList();
    neighbour = Neighbour.of(settings, settings.otherGateway());
  }

  /** Serves the web page, which asks the other party's gateway at an address. */
  void linkTo(URI otherGateway) {
    neighbour = Neighbour.of(settings, Optional.of(otherGateway));
  }

  /** Refuses inferences from now on. */
  void drain() {
    draining = true;
  }

  GatewayCounters counters() {
    return counters;
  }

  /** Answers a request; the future never fails. */
  CompletionStage<HttpResponse> handle(
      HttpRequest request,
      RemoteConnection connection,
      Supplier<CompletionStage<ByteString>> body) {
    long startNs = System.nanoTime();
    counters.asked();
    List<Endpoint> found = Endpoint.of(request.getUri().getPathString());
    return answered(found, request, connection, body)
        .whenComplete(
            (response, failed) ->
                counters.answered(
                    GatewayCounters.kindOf(found),
                    response == null ? 500 : response.status().intValue(),
                    System.nanoTime() - startNs));
  }

  private CompletionStage<HttpResponse> answered(
      List<Endpoint> found,
      HttpRequest request,
      RemoteConnection connection,
      Supplier<CompletionStage<ByteString>> body) {
    Origins origins = neighbour.origins();
    Optional<Problem> foreign = hosts.refusal(request).or(() -> origins.refusal(request));
    if (foreign.isPresent()) {
      return CompletableFuture.completedFuture(refused(request, foreign.get()));
    }
    CompletionStage<HttpResponse> answer;
    try {
      answer = route(found, request, connection, body);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer
        .exceptionally(failed -> refused(request, problem(failed)))
        .thenApply(response -> origins.allow(request, guarded(response)));
  }

  private Problem problem(Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    if (cause instanceof Refusal refusal) {
      return refusal.problem();
    }
    log.error("a request of the gateway has failed", cause);
    return Problem.of(500, "internal-error", "the gateway has failed: see its log");
  }

  /**
   * Refuses a request without reading the rest of its body. The body is not cancelled either: the
   * HTTP layer could then end the connection before it sends the answer.
   */
  private static HttpResponse refused(HttpRequest request, Problem problem) {
    return (request.entity().isStrict() ? problem : problem.closing()).response();
  }

  private static HttpResponse guarded(HttpResponse response) {
    return response.addHeaders(
        List.of(
            RawHeader.create("X-Content-Type-Options", "nosniff"),
            RawHeader.create("Referrer-Policy", "no-referrer")));
  }

  private CompletionStage<HttpResponse> route(
      List<Endpoint> found,
      HttpRequest request,
      RemoteConnection connection,
      Supplier<CompletionStage<ByteString>> body) {
    String path = request.getUri().getPathString();
    String method = request.method().name();
    if (found.isEmpty()) {
      throw new Refusal(Problem.of(404, "not-found", "there is nothing here: see /openapi.json"));
    }
    if (method.equals("OPTIONS")) {
      return CompletableFuture.completedFuture(Origins.preflight());
    }
    Endpoint endpoint =
        found.stream()
            .filter(each -> each.method().equals(method))
            .findFirst()
            .orElseThrow(() -> new Refusal(wrongMethod(found)));
    String client = endpoint.needsToken() ? authenticated(request, connection) : "";
    if (endpoint == Endpoint.INFER) {
      String plan = request.getHeader(InferenceHeaders.PLAN).map(HttpHeader::value).orElse("");
      ServedModel model = models.find(endpoint.variable(path), plan);
      if (draining) {
        boolean hasOthers =
            place.cell().isPresent() && request.getHeader(InferenceHeaders.CELL).isPresent();
        throw new Refusal(
            hasOthers
                ? Problems.cellGone()
                : Problems.shuttingDown(model.entrances().retryAfterMs()));
      }
      return model.inference().handle(client, request, connection, body);
    }
    HttpResponse response =
        switch (endpoint) {
          case ASSIGN -> assign(request, endpoint.variable(path));
          case READY -> ready(hasToken(request, connection));
          default -> answer(endpoint, endpoint.variable(path));
        };
    return CompletableFuture.completedFuture(
        request.entity().isStrict() ? response : response.addHeader(Connection.create("close")));
  }

  private static Problem wrongMethod(List<Endpoint> found) {
    String allowed = found.stream().map(Endpoint::method).collect(Collectors.joining(", "));
    return Problem.of(405, "wrong-method", "this takes " + allowed + " alone")
        .header("Allow", allowed);
  }

  private HttpResponse answer(Endpoint endpoint, String variable) {
    return switch (endpoint) {
      case GATEWAY -> json(200, gateway());
      case MODELS -> json(200, Map.of("models", models.all().stream().map(this::summary).toList()));
      case MODEL -> json(200, models.find(variable).description().encoded());
      case PLAN ->
          bytes(
              ContentTypes.APPLICATION_OCTET_STREAM,
              models.find(variable).description().encodedPlan());
      case CELLS -> cells(models.find(variable).entrances());
      case LIVE -> json(200, Map.of("live", true));
      case OPENAPI -> file(WebFiles.OPENAPI);
      case PAGE -> page(WebFiles.PAGE);
      case CLIENT_SCRIPT -> file(WebFiles.CLIENT_SCRIPT);
      case PAGE_SCRIPT -> page(WebFiles.PAGE_SCRIPT);
      case PAGE_STYLE -> page(WebFiles.PAGE_STYLE);
      case SAMPLE -> sample(Integer.parseInt(variable));
      case READY, INFER, ASSIGN ->
          throw new IllegalArgumentException("endpoint must be one that answers: " + endpoint);
    };
  }

  /** Assigns a cell; each operator could, but both shares of an input must reach the same one. */
  private HttpResponse assign(HttpRequest request, String variable) {
    Entrances entrances = models.find(variable).entrances();
    if (!entrances.hasCells() || place.partyId() != 0) {
      throw new Refusal(
          Problem.of(404, "no-cells", "party 0's gateway assigns cells, where there are any"));
    }
    if (draining) {
      throw new Refusal(Problems.shuttingDown(entrances.retryAfterMs()));
    }
    String avoided = InferenceHeaders.cell(request, InferenceHeaders.AVOIDED_CELL);
    return entrances
        .assign(avoided)
        .map(cell -> json(200, Map.of("cell", cell)))
        .orElseThrow(() -> new Refusal(Problems.noCell(entrances.retryAfterMs())));
  }

  private static HttpResponse cells(Entrances entrances) {
    if (!entrances.hasCells()) {
      throw new Refusal(Problem.of(404, "no-cells", "this gateway has no cells"));
    }
    return json(
        200,
        Map.of(
            "cells",
            entrances.cellGateways().entrySet().stream()
                .map(each -> Map.of("cell", each.getKey(), "gateway", each.getValue().toString()))
                .toList()));
  }

  private boolean hasToken(HttpRequest request, RemoteConnection connection) {
    try {
      return request.getHeader("authorization").isPresent()
          && !authenticated(request, connection).isEmpty();
    } catch (Refusal notKnown) {
      return false;
    }
  }

  /** Returns the client of a request's token. */
  private String authenticated(HttpRequest request, RemoteConnection connection) {
    String header = request.getHeader("authorization").map(HttpHeader::value).orElse("");
    if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
      throw unauthorised("token-missing", "a request carries 'Authorization: Bearer TOKEN'", "");
    }
    TokenEntry entry = tokens.findOrNull(header.substring(BEARER.length()).strip());
    if (entry == null) {
      note(connection, "its token is not known");
      throw unauthorised(
          "token-unknown",
          "the token is not one of this party's: each party has its own",
          ", error=\"invalid_token\"");
    }
    if (entry.hasExpired(clock.instant())) {
      note(connection, "the token of " + entry.client() + " has expired");
      throw unauthorised(
          "token-expired", "the token has expired: ask for another", ", error=\"invalid_token\"");
    }
    return entry.client();
  }

  private void note(RemoteConnection connection, String detail) {
    synchronized (refusals) {
      refusals.refused(log, connection.address().getHostAddress(), detail);
    }
  }

  private static Refusal unauthorised(String code, String detail, String error) {
    return new Refusal(
        Problem.of(401, code, detail)
            .header("WWW-Authenticate", "Bearer realm=\"pascaline\"" + error));
  }

  private Map<String, Object> gateway() {
    Map<String, Object> form = new LinkedHashMap<>();
    form.put("party", place.partyId());
    form.put("cells", place.hasCells());
    place.cell().ifPresent(name -> form.put("cell", name));
    neighbour.address().ifPresent(uri -> form.put("otherGateway", uri.toString()));
    form.put("sampleCount", settings.samples().size());
    return form;
  }

  private Map<String, Object> summary(ServedModel model) {
    return model
        .description()
        .summary(model.entrances().readiness().isReady() && !draining, models.isDefault(model));
  }

  /** Answers whether inferences can succeed; what it stands at is for those who have a token. */
  private HttpResponse ready(boolean showsMore) {
    Map<String, Boolean> form = readiness();
    boolean ready = form.get("ready");
    return json(ready ? 200 : 503, showsMore ? form : Map.of("ready", ready));
  }

  /** Returns what an inference needs, of a model that has all of it if there is one. */
  private Map<String, Boolean> readiness() {
    PartyReadiness any = PartyReadiness.NONE;
    boolean ready = false;
    for (ServedModel model : models.all()) {
      PartyReadiness own = model.entrances().readiness();
      ready |= own.isReady();
      any = own.isReady() || !any.isReady() ? own : any;
    }
    Map<String, Boolean> form = new LinkedHashMap<>();
    form.put("ready", ready && !draining);
    form.put("peerConnected", any.peerConnected());
    form.put("dealerConnected", any.dealerConnected());
    form.put("correlationsAvailable", any.correlationsAvailable());
    form.put("draining", draining);
    return form;
  }

  private HttpResponse page(WebFiles file) {
    Neighbour other = neighbour;
    if (other.address().isEmpty()) {
      throw new Refusal(Problem.of(404, "not-found", "this gateway serves no page"));
    }
    return file(file)
        .addHeader(RawHeader.create("Content-Security-Policy", other.contentSecurity()));
  }

  private HttpResponse sample(int index) {
    if (index >= samples.size()) {
      throw new Refusal(Problem.of(404, "not-found", "there is no such picture"));
    }
    return bytes(MediaTypes.IMAGE_PNG.toContentType(), samples.get(index));
  }

  private static HttpResponse file(WebFiles file) {
    return bytes(file.contentType(), file.bytes())
        .addHeader(RawHeader.create("Cache-Control", "no-cache"));
  }

  private static HttpResponse bytes(ContentType type, ByteString bytes) {
    return HttpResponse.create().withEntity(HttpEntities.create(type, bytes));
  }

  private static HttpResponse json(int status, Map<String, ?> form) {
    return json(status, JsonForm.of(form));
  }

  private static HttpResponse json(int status, ByteString form) {
    return bytes(ContentTypes.APPLICATION_JSON, form)
        .withStatus(status)
        .addHeader(RawHeader.create("Cache-Control", "no-store"));
  }
}
