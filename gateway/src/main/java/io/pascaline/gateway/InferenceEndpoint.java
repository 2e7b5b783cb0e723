// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import io.pascaline.gateway.http.Problem;
import io.pascaline.gateway.http.RemoteConnection;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkListener;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.RequestId;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpEntity;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.util.ByteString;

/**
 * Takes input shares and answers with output shares. Checks all that can be checked before it reads
 * a body, and gives back what a request holds however it ends. Thread-safe.
 */
final class InferenceEndpoint {
  /** The party keeps the deadline; this is for when it cannot. */
  private static final long BACKSTOP_MS = 5_000;

  private static final String MEDIA_TYPE = "application/octet-stream";

  private final Entrances entrances;
  private final ModelDescription model;
  private final ClientLinks links;
  private final RequestSlots slots;
  private final long bodyTimeoutMs;
  private final long maxTimeoutMs;
  private final RecentRequests recent;
  private final int bodyBytes;

  InferenceEndpoint(
      Entrances entrances,
      ModelDescription model,
      ClientLinks links,
      RequestSlots slots,
      RecentRequests recent,
      GatewaySettings settings) {
    this.entrances = entrances;
    this.model = model;
    this.links = links;
    this.slots = slots;
    this.recent = recent;
    bodyTimeoutMs = settings.bodyTimeoutMs();
    maxTimeoutMs = settings.maxTimeoutMs();
    bodyBytes = Math.multiplyExact(Integer.BYTES, entrances.plan().inputWordCount());
  }

  /**
   * Handles a request.
   *
   * @param client whose token came with it
   * @param body reads the body
   * @throws Refusal before anything of the body is read
   */
  CompletionStage<HttpResponse> handle(
      String client,
      HttpRequest request,
      RemoteConnection connection,
      Supplier<CompletionStage<ByteString>> body) {
    InferenceHeaders headers = InferenceHeaders.of(request);
    requireBody(request.entity());
    if (!headers.planDigest().equals(model.planDigest())) {
      throw new Refusal(
          Problem.of(
              409,
              "other-plan",
              "the input was shared for another plan of the model: get its description again"));
    }
    LinkListener party = party(headers);
    if (!slots.take(client)) {
      throw new Refusal(
          Problem.of(429, "overloaded", "too many requests at a time: try again later")
              .retryAfterMs(entrances.retryAfterMs()));
    }
    CompletableFuture<ByteString> whole;
    CompletionStage<HttpResponse> answer;
    try {
      whole = body.get().toCompletableFuture();
      answer =
          // Only the copy times out. The whole body is still read: see HttpHandler.
          whole
              .copy()
              .orTimeout(bodyTimeoutMs, TimeUnit.MILLISECONDS)
              .handle(InferenceEndpoint::wholeBody)
              .thenCompose(share -> ask(party, client, headers, share, connection));
    } catch (RuntimeException e) {
      slots.release(client);
      throw e;
    }
    // A body that is late is in memory until its connection ends.
    return answer.whenComplete(
        (response, failed) -> whole.whenComplete((share, broken) -> slots.release(client)));
  }

  /**
   * Returns where the request enters its party, that of the cell that it names if there are any.
   */
  private LinkListener party(InferenceHeaders headers) {
    if (entrances.hasCells() && headers.cell().isEmpty()) {
      throw new Refusal(
          Problem.of(
              400,
              "cell-missing",
              "the header "
                  + InferenceHeaders.CELL
                  + " must name the cell that party 0's gateway has assigned"));
    }
    return entrances.listener(headers.cell()).orElseThrow(() -> new Refusal(Problems.cellGone()));
  }

  private void requireBody(HttpEntity entity) {
    if (!entity.getContentType().mediaType().toString().equals(MEDIA_TYPE)) {
      throw new Refusal(
          Problem.of(415, "wrong-content-type", "an input share is sent as " + MEDIA_TYPE));
    }
    OptionalLong length = entity.getContentLengthOption();
    if (length.isEmpty()) {
      throw new Refusal(
          Problem.of(411, "length-required", "an input share is sent with a Content-Length"));
    }
    if (length.getAsLong() != bodyBytes) {
      boolean isLarger = length.getAsLong() > bodyBytes;
      throw new Refusal(
          Problem.of(
              isLarger ? 413 : 400,
              "wrong-length",
              "an input share of this model has " + bodyBytes + " bytes"));
    }
  }

  private static ByteString wholeBody(ByteString body, Throwable failed) {
    if (failed != null) {
      Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
      throw new Refusal(
          cause instanceof TimeoutException
              ? Problem.of(408, "body-too-slow", "the body of the request came too slowly")
              : Problem.of(400, "body-incomplete", "the body of the request did not come whole"));
    }
    return body;
  }

  private CompletionStage<HttpResponse> ask(
      LinkListener party,
      String client,
      InferenceHeaders headers,
      ByteString body,
      RemoteConnection from) {
    RequestId id = headers.request();
    if (!recent.add(id)) {
      throw new Refusal(
          Problem.of(409, "repeated-request", "each request needs a fresh random id"));
    }
    ClientLink link = links.of(party, client);
    // A place of the party is taken for so long at most, whatever the client says.
    long timeoutMs = Math.min(headers.timeoutMs(), maxTimeoutMs);
    CompletableFuture<LinkMessage> answer =
        link.ask(new LinkMessage.InputShare(id, timeoutMs, words(body))).toCompletableFuture();
    Runnable stay = from.whenLost(() -> link.cancel(id, AbortReason.CANCELLED));
    return answer
        .orTimeout(timeoutMs + BACKSTOP_MS, TimeUnit.MILLISECONDS)
        .whenComplete(
            (message, late) -> {
              stay.run();
              if (late != null) {
                link.cancel(id, AbortReason.CANCELLED);
              }
            })
        .thenApply(
            message ->
                message instanceof LinkMessage.OutputShare output
                    ? response(output)
                    : Problems.of((LinkMessage.RequestAbort) message, entrances.retryAfterMs())
                        .response())
        .exceptionally(failed -> problem(failed).response());
  }

  private static Problem problem(Throwable failed) {
    Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
    return cause instanceof Refusal refusal ? refusal.problem() : Problems.deadline();
  }

  private static int[] words(ByteString body) {
    ByteBuffer bytes = body.asByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    int[] words = new int[bytes.remaining() / Integer.BYTES];
    bytes.asIntBuffer().get(words);
    return words;
  }

  private HttpResponse response(LinkMessage.OutputShare output) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Integer.BYTES * output.words().length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(output.words());
    HttpResponse response =
        HttpResponse.create()
            .withEntity(
                HttpEntities.create(
                    ContentTypes.APPLICATION_OCTET_STREAM,
                    ByteString.fromArrayUnsafe(bytes.array())))
            .addHeader(RawHeader.create(InferenceHeaders.PLAN, model.planDigest()))
            .addHeader(RawHeader.create("Cache-Control", "no-store"));
    // Saves the client's next request the way to ask for one.
    return entrances
        .assign("")
        .map(cell -> response.addHeader(RawHeader.create(InferenceHeaders.NEXT_CELL, cell)))
        .orElse(response);
  }
}
